/** What the flame graph viewer and the extension say to each other. */

/** From the extension to the webview. `packed` is a profile's columns (src/engine/profile/pack.ts). */
export type ToViewer =
  | { readonly type: 'loading'; readonly file: string }
  | { readonly type: 'profile'; readonly file: string; readonly packed: Uint8Array }
  | {
      readonly type: 'failure';
      readonly file: string;
      readonly message: string;
      readonly hint: string | null;
    };

/** From the webview to the extension. */
export type FromViewer =
  | { readonly type: 'ready' }
  | { readonly type: 'compare' }
  | {
      readonly type: 'openSource';
      readonly source: string;
      /** 1-based; 0 if unknown. */
      readonly line: number;
      readonly column: number;
    }
  /** Another of the dump's subjects is to be shown. */
  | { readonly type: 'subject'; readonly subject: string }
  | { readonly type: 'savePage'; readonly name: string }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'save'; readonly name: string; readonly bytes: Uint8Array };
