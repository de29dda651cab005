/** What the heap explorer and the extension say to each other. */
import type { OriginalPlace } from '../../engine/contract.ts';
import type { Location } from '../../heap-process/places.ts';
import type { HeapFailure, Request } from '../../heap-process/protocol.ts';

/** From the extension to the webview. */
export type ToExplorer =
  | { readonly type: 'loading'; readonly file: string; readonly done: number; readonly total: number }
  | {
      readonly type: 'opened';
      readonly file: string;
      /** The older dumps of a comparison, oldest first. */
      readonly older: readonly string[];
      readonly isCore: boolean;
    }
  | { readonly type: 'failure'; readonly file: string; readonly failure: HeapFailure }
  | { readonly type: 'older'; readonly older: readonly string[] }
  | { readonly type: 'go'; readonly location: Location }
  | { readonly type: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly type: 'refusal'; readonly id: number; readonly failure: HeapFailure };

/** From the webview to the extension. */
export type FromExplorer =
  | { readonly type: 'again' | 'stop' | 'chooseOlder' | 'flameGraph' }
  /** The page is there; it may remember the older dumps that it was compared with. */
  | { readonly type: 'ready'; readonly older: readonly string[] }
  | { readonly type: 'request'; readonly request: Request }
  | { readonly type: 'cancel'; readonly id: number }
  | {
      readonly type: 'showSource';
      readonly source: string;
      /** 1-based. */
      readonly line: number;
      readonly column: number;
      /** By a source map: shown instead, where its text is to be had. */
      readonly original: OriginalPlace | null;
    }
  | { readonly type: 'copyLink'; readonly location: Location }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'save'; readonly name: string; readonly text: string };
