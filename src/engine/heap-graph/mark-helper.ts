import type { HeapImage } from './heap-image.ts';
import { accept, Errand, Helper, type MarkShare, MarkState, offer, send } from './mark-share.ts';
import { Tracer } from './tracer.ts';

/** Milliseconds after which a thread looks whether all is over. */
const PATIENCE = 5;

/**
 * Marks what another thread gives it until that says that all is over; whatever needs the core it sends there.
 * Returns the words of the longest array.
 */
export function helpToMark(image: HeapImage, share: MarkShare): number {
  const { state } = share;
  const tracer: Tracer = new Tracer(image, share.kinds, {
    kindOf(i) {
      send(share, Errand.reach, i);
      return -1;
    },
    special(i) {
      send(share, Errand.special, i);
      return 0;
    },
    pause() {
      if (Atomics.load(state, MarkState.isOver) === 1) throw new Error('too late');
      Atomics.add(state, MarkState.beat, 1);
      if (Atomics.load(state, MarkState.isMainIdle) === 1) offer(share, tracer);
    },
  });
  try {
    while (Atomics.load(state, MarkState.isOver) === 0) {
      Atomics.store(state, MarkState.helper, Helper.busy);
      if (accept(share, tracer)) tracer.drain();
      else {
        Atomics.store(state, MarkState.helper, Helper.idle);
        Atomics.wait(state, MarkState.gift, 0, PATIENCE);
      }
    }
    Atomics.store(state, MarkState.helper, Helper.idle);
  } catch (error) {
    Atomics.store(state, MarkState.helper, Helper.failed);
    throw error;
  }
  return tracer.longest;
}
