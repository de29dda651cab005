/** The extension on the other side of this webview. */
interface VsCodeApi {
  postMessage(message: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();

export function post<Message>(message: Message): void {
  api.postMessage(message);
}

export function receive<Message>(listener: (message: Message) => void): void {
  window.addEventListener('message', (event: MessageEvent<Message>) => listener(event.data));
}
