/** The messages between the viewer and the extension, and what stands in for the extension in a plain page. */
export type ToViewer =
  | { type: 'loading'; file: string }
  | { type: 'profile'; file: string; packed: Uint8Array; olderFile: string | null }
  | { type: 'failure'; file: string; message: string; hint: string | null };

export type FromViewer =
  | { type: 'ready' }
  | { type: 'again' }
  | { type: 'compare' }
  | { type: 'openSource'; source: string; line: number; column: number }
  | { type: 'copy'; text: string }
  | { type: 'save'; name: string; bytes: Uint8Array };

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare const acquireVsCodeApi: (() => VsCodeApi) | undefined;

export interface Host {
  /** True inside VS Code. */
  readonly editor: boolean;
  post(message: FromViewer): void;
  getState(): unknown;
  setState(state: unknown): void;
}

export function connect(): Host {
  if (typeof acquireVsCodeApi === 'function') {
    const api = acquireVsCodeApi();
    return {
      editor: true,
      post: (message) => api.postMessage(message),
      getState: () => api.getState(),
      setState: (state) => api.setState(state),
    };
  }
  return { editor: false, post: postToPage, getState: () => undefined, setState: () => {} };
}

/** A page on its own saves and copies by itself; it has no sources. */
function postToPage(message: FromViewer): void {
  if (message.type === 'save') {
    const url = URL.createObjectURL(new Blob([message.bytes as Uint8Array<ArrayBuffer>]));
    const link = document.createElement('a');
    link.href = url;
    link.download = message.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }
  if (message.type === 'copy') void navigator.clipboard?.writeText(message.text);
}
