/** What the info card and the extension say to each other. */
import type { DumpInfo } from '../engine/contract.ts';
import type { LoopsView } from '../engine/event-loop/loop-view.ts';

/** Why there is no card to show. */
export interface Failure {
  /** A named error of docs/errors.md, or null for content that is no dump at all. */
  readonly code: string | null;
  readonly message: string;
  readonly hint: string | null;
}

/** From the extension to the webview. */
export type ToCard =
  | { readonly type: 'loading'; readonly file: string }
  | {
      readonly type: 'info';
      readonly file: string;
      readonly size: number;
      readonly info: DumpInfo;
      /** What its event loops waited for; null until that is read. */
      readonly waited: LoopsView | null;
    }
  | { readonly type: 'failure'; readonly file: string; readonly failure: Failure };

/** From the webview to the extension. */
export type FromCard = {
  readonly type: 'ready' | 'debug' | 'heap' | 'again' | 'openAsText' | 'openAsBinary';
};
