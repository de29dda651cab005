/** True for the script that pauses recorded processes: its frames are the recording's own. */
export function isPauseScript(url: string): boolean {
  return /[\\/]oracle[\\/]pause\.cjs$/.test(url);
}
