import process from 'node:process';

/** What a contender found and took; the parent reads it from standard output. */
export interface Report {
  readonly nodes: number;
  readonly classes: number;
  readonly counted: number;
  readonly retained: number;
}

/** Prints the report with the process's peak resident set (bytes) and CPU time (seconds). */
export function report(found: Report): void {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  process.stdout.write(
    `${JSON.stringify({ ...found, rss: maxRSS * 1024, cpu: (userCPUTime + systemCPUTime) / 1e6 })}\n`,
  );
}
