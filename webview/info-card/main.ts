/** The info card: what a dump is, and why its process died. */
import type { FromCard, ToCard } from '../../src/extension/messages.ts';
import { h } from '../elements.ts';
import { post, receive } from '../host.ts';
import { button, progressRing } from '../toolkit.ts';
import { card } from './card.ts';

const main = document.getElementById('card')!;

function send(type: FromCard['type']): void {
  post<FromCard>({ type });
}

receive((message: ToCard) => {
  main.setAttribute('aria-busy', String(message.type === 'loading'));
  main.replaceChildren(...content(message));
});

function content(message: ToCard): HTMLElement[] {
  switch (message.type) {
    case 'loading':
      return [
        h('div', { class: 'loading' }, progressRing('Reading the dump'), h('p', {}, 'Reading the dump…')),
      ];
    case 'info':
      return card(message.info, message.waited, message.file, message.size, [
        button('Debug', 'primary', () => send('debug')),
        button('Open Heap', 'secondary', () => send('heap')),
      ]);
    case 'failure':
      return [
        h('h1', {}, 'This file cannot be opened as a dump'),
        h('p', { class: 'death' }, message.failure.message),
        message.failure.hint !== null && h('p', {}, message.failure.hint),
        h('p', { class: 'path' }, message.file),
        message.failure.code !== null && h('p', { class: 'quiet' }, message.failure.code),
        h(
          'div',
          { class: 'actions' },
          button('Open as Text', 'primary', () => send('openAsText')),
          button('Open as Binary', 'secondary', () => send('openAsBinary')),
          button('Try Again', 'secondary', () => send('again')),
        ),
      ].filter((element) => element !== false);
  }
}

send('ready');
