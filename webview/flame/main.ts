/** The flame graph viewer: in VS Code a message brings the profile, in a page of its own it lies in the page. */
import { unpack } from '../../src/engine/profile/pack.ts';
import type { ToViewer } from '../../src/extension/flame/messages.ts';
import { h } from '../elements.ts';
import { connect } from './host.ts';
import { Viewer } from './viewer.ts';

const host = connect();
const root = document.getElementById('flame')!;

declare global {
  interface Window {
    /** Milliseconds since the page began, when the first picture stood; for measurements. */
    flameReady?: number;
    flameViewer?: Viewer;
  }
}

function showProfile(packed: Uint8Array, file: string): void {
  const viewer = new Viewer(unpack(packed), file, host);
  root.replaceChildren(viewer.element);
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      window.flameReady = performance.now();
      window.flameViewer = viewer;
    }),
  );
}

function showText(...lines: (string | null)[]): void {
  root.replaceChildren(
    h('div', { class: 'message' }, ...lines.filter(Boolean).map((line) => h('p', {}, line))),
  );
}

const embedded = document.getElementById('profile');
if (embedded) {
  const file = embedded.dataset.file ?? 'profile';
  unzip(fromBase64(embedded.textContent ?? ''))
    .then((packed) => showProfile(packed, file))
    .catch((error: unknown) => showText('The profile in this page cannot be read.', String(error)));
} else {
  window.addEventListener('message', (event: MessageEvent<ToViewer>) => {
    const message = event.data;
    if (message.type === 'loading') showText(`Reading ${message.file}…`);
    if (message.type === 'failure') showText(message.message, message.hint);
    if (message.type === 'profile') {
      try {
        showProfile(new Uint8Array(message.packed), message.file);
      } catch (error) {
        showText('The flame graph cannot be drawn.', String(error));
      }
    }
  });
  host.post({ type: 'ready' });
}

async function unzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const codes = new Uint8Array(128);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  for (let i = 0; i < alphabet.length; i++) codes[alphabet.charCodeAt(i)] = i;
  const trimmed = text.trim();
  const length = trimmed.length;
  const padding = trimmed.endsWith('==') ? 2 : trimmed.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((length / 4) * 3 - padding);
  for (let i = 0, at = 0; i < length; i += 4) {
    const word =
      (codes[trimmed.charCodeAt(i) & 127]! << 18) |
      (codes[trimmed.charCodeAt(i + 1) & 127]! << 12) |
      (codes[trimmed.charCodeAt(i + 2) & 127]! << 6) |
      codes[trimmed.charCodeAt(i + 3) & 127]!;
    bytes[at++] = word >> 16;
    if (at < bytes.length) bytes[at++] = (word >> 8) & 255;
    if (at < bytes.length) bytes[at++] = word & 255;
  }
  return bytes;
}
