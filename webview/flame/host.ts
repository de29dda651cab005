/** The extension on the other side of this webview, or what stands in for it in a plain page. */
import type { FromViewer } from '../../src/extension/flame/messages.ts';

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
