import { parentPort } from 'node:worker_threads';
import { perform, type Task } from './tasks.ts';

parentPort?.on('message', (message: { id: number; task: Task; isLast: boolean }) => {
  try {
    parentPort?.postMessage({ id: message.id, value: perform(message.task) });
  } catch (error) {
    parentPort?.postMessage({ id: message.id, error: String(error) });
  }
  if (message.isLast) parentPort?.close();
});
