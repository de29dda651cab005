/**
 * The process of one dump: its first thread holds the debug sessions of the dump, a second one its heap, so
 * that a debugger answers while a heap is read. Speaks over its IPC channel (protocol.ts).
 */
import { DebugSessions } from './debug-sessions.ts';
import { HeapThread } from './heap-thread.ts';
import type { FromHeap, ToHeap } from './protocol.ts';

function send(message: FromHeap): void {
  if (process.connected) process.send?.(message);
}

const heap = new HeapThread(send);
const debugging = new DebugSessions((session, message) => send({ type: 'debug', session, message }));

process.on('message', (message: ToHeap) => {
  switch (message.type) {
    case 'open':
      return heap.open(message);
    case 'close':
      return heap.close();
    case 'request':
    case 'cancel':
      return heap.tell(message);
    case 'debug':
      return debugging.receive(message.session, message.message);
    case 'debugEnd':
      return debugging.end(message.session);
  }
});
process.on('disconnect', () => process.exit());
