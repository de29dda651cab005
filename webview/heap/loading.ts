import type { ToExplorer } from '../../src/extension/heap/messages.ts';
import { h } from '../elements.ts';
import { button, progressRing } from '../toolkit.ts';
import { size } from './format.ts';
import { post } from './host.ts';

/** What reading takes of the whole work, as measured; the rest is what retains what. */
const READING = 0.75;

/** What is shown while a heap is read: how much, how long it may still take, and a way to stop it. */
export class Loading {
  readonly #root: HTMLElement;
  #startedAt = 0;

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  end(): void {
    this.#startedAt = 0;
  }

  show({ file, done, total }: Extract<ToExplorer, { type: 'loading' }>): void {
    if (this.#startedAt === 0) this.#startedAt = Date.now();
    const read = total > 0 ? Math.min(1, done / total) : 0;
    const text = this.#words(read, done, total);
    if (!this.#root.querySelector('.loading')) this.#root.replaceChildren(this.#page(file));
    this.#root.querySelector('.loading .status')!.textContent = text;
    if (total === 0) return;
    const ring = this.#root.querySelector('vscode-progress-ring');
    // What turns all the time takes time from what else the editor does.
    ring?.replaceWith(h('progress', { 'aria-label': 'Reading the heap', max: '1' }));
    this.#root.querySelector<HTMLProgressElement>('progress')!.value = READING * read;
  }

  #words(read: number, done: number, total: number): string {
    if (total === 0) return 'Reading the heap…';
    if (read >= 1) return 'Computing what retains what…';
    const elapsed = (Date.now() - this.#startedAt) / 1000;
    const words = `${size(done)} of ${size(total)}`;
    // Before that the rate says little.
    if (read < 0.05 || elapsed < 1) return words;
    return `${words}, about ${Math.ceil(elapsed / (READING * read) - elapsed)} s left`;
  }

  #page(file: string): HTMLElement {
    return h(
      'main',
      { class: 'loading' },
      progressRing('Reading the heap'),
      h('p', { class: 'status', role: 'status' }),
      h('p', { class: 'quiet' }, file),
      button('Cancel', 'secondary', () => post({ type: 'stop' })),
    );
  }
}
