/** Sends a signal, if the process is there and may be sent one. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    if (pid > 0) process.kill(pid, signal);
  } catch {
    // It ended just now, or is another user's.
  }
}
