import { attemptOr } from '../absence.ts';
import type { Address, Tagged } from '../address.ts';
import { strongHandles } from '../heap-graph/roots.ts';
import type { CoreSession } from '../session.ts';
import type { Isolate } from '../v8/isolate.ts';
import { Callbacks } from './callbacks.ts';
import { Objects } from './objects.ts';
import { Owners } from './owners.ts';

/** What the parts of one isolate's event loop have in common. */
export class LoopContext {
  readonly session: CoreSession;
  readonly isolate: Isolate;
  readonly objects: Objects;
  readonly owners: Owners;
  readonly callbacks: Callbacks;
  /** Slots of the isolate's global handles that are not weak. */
  readonly strongHandles: readonly Address[];
  /** Descriptors of the objects that own handles. */
  readonly descriptors = new Map<Tagged, number>();
  /** What is missing, in words. */
  readonly notes: string[] = [];

  constructor(session: CoreSession, isolate: Isolate) {
    this.session = session;
    this.isolate = isolate;
    this.objects = new Objects(session.inspectorOf(isolate));
    this.owners = new Owners(this.objects);
    this.callbacks = new Callbacks(session, isolate, this.objects);
    this.strongHandles = attemptOr([], () => strongHandles(isolate));
  }

  note(text: string): void {
    this.notes.push(`isolate ${this.isolate.index}: ${text}`);
  }
}
