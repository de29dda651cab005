/** Options of Node whose value may be the next argument (Node's doc/api/cli.md). */
const withValue: ReadonlySet<string> = new Set([
  '-r',
  '--require',
  '--import',
  '--loader',
  '--experimental-loader',
  '-C',
  '--conditions',
  '--env-file',
  '--env-file-if-exists',
  '--input-type',
  '--title',
  '--diagnostic-dir',
  '--redirect-warnings',
  '--trace-event-categories',
  '--inspect-port',
  '--openssl-config',
  '--icu-data-dir',
  '--watch-path',
  '--disable-warning',
  '--dns-result-order',
]);
/** Their value is the program itself. */
const withProgram = /^(-e|-p|-pe|--eval|--print)$/;

/** The script that a command line of Node runs; undefined if it runs none, or is not there. */
export function scriptOf(argv: readonly string[] | null): string | undefined {
  for (let i = 1; argv && i < argv.length; i++) {
    const argument = argv[i]!;
    if (withProgram.test(argument)) return undefined;
    if (!argument.startsWith('-')) return argument;
    if (withValue.has(argument)) i++;
  }
  return undefined;
}
