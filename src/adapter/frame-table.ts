/**
 * The rows of every thread's call stack: its frames, innermost first, then label rows and the frames of the
 * async chain. Rows are made once per thread; what they say is made when a client asks for that page.
 */
import type { FrameInfo } from '../engine/contract.ts';
import { DayAfterError } from '../engine/errors.ts';
import type { CoreSession } from '../engine/session.ts';
import type { StackFrame } from '../engine/stack/frame.ts';
import { type FoldedFrames, foldRecursion, placeKey } from '../engine/stack/recursion.ts';
import type { JsFrame } from '../engine/v8/frames/js-frame.ts';
import { Handles } from './handles.ts';
import { isNodeInternal, type SkipFiles } from './skip-files.ts';

export type Row =
  | { readonly kind: 'frame'; readonly index: number; readonly frame: StackFrame }
  | { readonly kind: 'label'; readonly text: string }
  | { readonly kind: 'async'; readonly js: JsFrame }
  | { readonly kind: 'captured'; readonly info: FrameInfo };

/** Frames that are shown of a recursion at either end: the first pages of a call stack, and its outermost calls. */
const keptOfRecursion = 50;

/** A row that was given out to the client. */
export interface PlacedRow {
  readonly thread: number;
  readonly row: Row;
}

/** The JavaScript frame behind a row; undefined for native code and labels. */
export function jsFrameOf(row: Row): JsFrame | undefined {
  if (row.kind === 'frame') return row.frame.js;
  return row.kind === 'async' ? row.js : undefined;
}

/** How much of a row's frame is the user's business. */
export type Emphasis = 'own' | 'skipped' | 'node' | 'native';

/** Rows that are searched for the user's own code. */
const searchLimit = 1000;

function foldedText({ from, to }: FoldedFrames): string {
  return `${(to - from + 1).toLocaleString('en')} more frames of this recursion (#${from} to #${to})`;
}

export class FrameTable {
  readonly #core: CoreSession;
  readonly #skipFiles: SkipFiles;
  readonly #rows = new Map<number, readonly Row[]>();
  readonly #hasOwn = new Map<number, boolean>();
  readonly #placed = new Handles<PlacedRow>();
  readonly #infos = new WeakMap<Row, FrameInfo>();
  readonly #ids = new Map<Row, number>();

  constructor(core: CoreSession, skipFiles: SkipFiles) {
    this.#core = core;
    this.#skipFiles = skipFiles;
  }

  rows(thread: number): readonly Row[] {
    let rows = this.#rows.get(thread);
    if (!rows) {
      rows = this.#makeRows(thread);
      this.#rows.set(thread, rows);
    }
    return rows;
  }

  /** True if the rows of a thread were made. */
  has(thread: number): boolean {
    return this.#rows.has(thread);
  }

  /** Gives a thread rows that others have made. */
  place(thread: number, rows: readonly Row[]): void {
    this.#rows.set(thread, rows);
  }

  #makeRows(thread: number): Row[] {
    const { frames } = this.#core.thread(thread);
    const rows: Row[] = [];
    const readable = !(this.#core.runtime instanceof DayAfterError);
    const captured = readable ? this.#core.captured(thread) : undefined;
    if (captured) {
      rows.push({ kind: 'label', text: captured.label });
      rows.push(...captured.frames.map((info): Row => ({ kind: 'captured', info })));
      rows.push({ kind: 'label', text: 'where it ended the process' });
    }
    for (const part of foldRecursion(frames.map(placeKey), keptOfRecursion)) {
      if ('index' in part) rows.push({ kind: 'frame', index: part.index, frame: frames[part.index]! });
      else rows.push({ kind: 'label', text: foldedText(part) });
    }
    for (const hop of readable ? this.#core.awaiting(thread) : []) {
      rows.push({ kind: 'label', text: hop.label });
      if (hop.frame) rows.push({ kind: 'async', js: hop.frame });
    }
    return rows;
  }

  /** The row's number for the client, the same each time. */
  id(thread: number, row: Row): number {
    let id = this.#ids.get(row);
    if (id === undefined) {
      id = this.#placed.add({ thread, row });
      this.#ids.set(row, id);
    }
    return id;
  }

  placed(id: number): PlacedRow {
    return this.#placed.get(id);
  }

  info(row: Exclude<Row, { kind: 'label' }>): FrameInfo {
    let info = this.#infos.get(row);
    if (!info) {
      if (row.kind === 'captured') info = row.info;
      else
        info = row.kind === 'frame' ? this.#core.describe(row.frame) : this.#core.describeSuspended(row.js);
      this.#infos.set(row, info);
    }
    return info;
  }

  emphasis(thread: number, info: FrameInfo): Emphasis {
    const emphasis = this.#strict(info);
    if (emphasis !== 'skipped' || this.#skipFiles.configured) return emphasis;
    return this.#threadHasOwn(thread) ? 'skipped' : 'own';
  }

  #strict(info: FrameInfo): Emphasis {
    if (info.kind !== 'js' && info.kind !== 'wasm') return 'native';
    const url = info.original?.source ?? info.source;
    if (url === null) return 'own';
    if (isNodeInternal(url)) return 'node';
    return this.#skipFiles.skips(url) ? 'skipped' : 'own';
  }

  /** Where all of a thread's JavaScript is skipped by default, the defaults are wrong for this program. */
  #threadHasOwn(thread: number): boolean {
    let own = this.#hasOwn.get(thread);
    if (own === undefined) {
      own = this.rows(thread)
        .slice(0, searchLimit)
        .some((row) => row.kind !== 'label' && this.#strict(this.info(row)) === 'own');
      this.#hasOwn.set(thread, own);
    }
    return own;
  }

  /** Index of the topmost row of the user's own code; 0 if there is none. */
  topOwnRow(thread: number): number {
    const rows = this.rows(thread).slice(0, searchLimit);
    const index = rows.findIndex(
      (row) => row.kind !== 'label' && this.emphasis(thread, this.info(row)) === 'own',
    );
    return Math.max(0, index);
  }
}
