import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { DayAfterError } from '../engine/errors.ts';
import { dumpSubjects } from '../engine/profile/profile.ts';
import { type Output, printError } from './output.ts';

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly program?: string;
  readonly search?: string[];
  readonly sysroot?: string;
  readonly thread?: number;
  readonly isolate?: number;
}

/** Runs the command line; resolves to the exit status: 0 done, 1 could not (a named error), 2 usage. */
export async function run(argv: readonly string[], output: Output): Promise<number> {
  const program = new Command('dayafter')
    .description('Post-mortem debugging of Node.js: what a core dump or heap snapshot tells.')
    .version(packageJson.version, '--version')
    .helpOption('--help')
    .helpCommand(false)
    .enablePositionalOptions()
    .showHelpAfterError('(dayafter --help lists the commands)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.stdout.write(text),
      writeErr: (text) => output.stderr.write(text),
    });

  const command = (signature: string, description: string) => {
    const added = program.command(signature).description(description);
    return added
      .addOption(new Option('--json', 'one JSON document on stdout'))
      .addOption(new Option('--program <node>', 'the executable, where it is not found by itself'))
      .addOption(
        new Option('--search <dir>', 'more places for executables and modules (repeatable)').argParser(
          collect,
        ),
      )
      .addOption(new Option('--sysroot <dir>', "where the dump's modules lie"))
      .addOption(new Option('--thread <id>', 'only this thread').argParser(wholeNumber))
      .addOption(new Option('--isolate <n>', 'only this isolate').argParser(wholeNumber))
      .helpOption('--help');
  };

  const withVariables = (added: Command, whose: string) =>
    added
      .option('--locals', `with scopes and variables${whose}`)
      .addOption(new Option('--depth <n>', 'how deep variables are shown').argParser(depth).default(1))
      .addOption(
        new Option('--limit <n>', 'how many children of an object are shown')
          .argParser(wholeNumber)
          .default(100),
      );

  command('info <dump>', 'what the dump is and why the process died').action(async (dump, options) =>
    (await import('./commands/info.ts')).infoCommand(dump, options, output),
  );
  withVariables(command('stack <core>', "every thread's mixed stack, innermost frame first"), '').action(
    async (dump, options) => (await import('./commands/stack.ts')).stackCommand(dump, options, output),
  );
  command('inspect <core> <expression>', 'a value: a global, a path, 0x…, a local of a frame')
    .addOption(
      new Option('--frame <n>', "the frame whose scopes are searched, as 'stack' counts").argParser(
        wholeNumber,
      ),
    )
    .addOption(new Option('--depth <n>', 'how deep the value is shown').argParser(depth).default(1))
    .addOption(
      new Option('--limit <n>', 'how many children of an object are shown')
        .argParser(wholeNumber)
        .default(100),
    )
    .action(async (dump, expression, options) =>
      (await import('./commands/inspect.ts')).inspectCommand(dump, expression, options, output),
    );
  command('source <dump> [url]', "the scripts that the dump holds, or one's text").action(
    async (dump, url, options) =>
      (await import('./commands/source.ts')).sourceCommand(dump, url, options, output),
  );
  command('handles <core>', 'what the event loops waited for: handles, requests, timers')
    .option('--all', 'with those of Node and libuv that keep nothing alive')
    .addOption(new Option('--limit <n>', 'rows of each list in the text').argParser(wholeNumber).default(50))
    .action(async (dump, options) =>
      (await import('./commands/handles.ts')).handlesCommand(dump, options, output),
    );

  withVariables(
    command('async <core>', 'every suspended async function and generator, as stacks, and what it waits for'),
    ' of the first of each group',
  )
    .addOption(new Option('--groups <n>', 'groups of the text output').argParser(wholeNumber).default(40))
    .action(async (dump, options) =>
      (await import('./commands/async.ts')).asyncCommand(dump, options, output),
    );

  command(
    'memory <core>',
    "what all memory was used for: malloc's blocks by class and size, and those that are lost",
  )
    .addOption(new Option('--limit <n>', 'rows of each list in the text').argParser(wholeNumber).default(15))
    .action(async (dump, options) =>
      (await import('./commands/memory.ts')).memoryCommand(dump, options, output),
    );

  command('objects <dump>', 'histogram by constructor')
    .option('--shapes', 'plain objects apart by their properties')
    .addOption(new Option('--limit <n>', 'rows of the text output').argParser(wholeNumber).default(40))
    .action(async (dump, options) =>
      (await import('./commands/objects.ts')).objectsCommand(dump, options, output),
    );
  const heapCommand = (signature: string, description: string, what: string, limit: number) =>
    command(signature, description).addOption(
      new Option('--limit <n>', what).argParser(wholeNumber).default(limit),
    );
  command('summary <dump>', 'where the memory is, by what it holds').action(async (dump, options) =>
    (await import('./commands/summary.ts')).summaryCommand(dump, options, output),
  );
  heapCommand(
    'object <dump> <id>',
    'one object: its fields, retainers, dominators',
    'how many fields and retainers',
    100,
  ).action(async (dump, id, options) =>
    (await import('./commands/object.ts')).objectCommand(dump, id, options, output),
  );
  heapCommand('path <dump> <id>', 'shortest paths from the roots to an object', 'how many paths', 5).action(
    async (dump, id, options) => (await import('./commands/path.ts')).pathCommand(dump, id, options, output),
  );
  heapCommand('dominators <dump> [id]', 'the dominator tree, a level at a time', 'how many children', 50)
    .addOption(new Option('--start <n>', 'children to leave out first').argParser(wholeNumber).default(0))
    .action(async (dump, id, options) =>
      (await import('./commands/dominators.ts')).dominatorsCommand(dump, id, options, output),
    );
  heapCommand('strings <dump>', 'duplicate strings and the largest', 'how many of each', 50).action(
    async (dump, options) => (await import('./commands/strings.ts')).stringsCommand(dump, options, output),
  );
  heapCommand('leaks <dump>', 'leak suspects, worst first', 'how many suspects', 10)
    .option('--baseline <dump>', 'an older dump of the program: what grew since')
    .action(async (dump, options) =>
      (await import('./commands/leaks.ts')).leaksCommand(dump, options, output),
    );
  heapCommand('diff <older> <newer...>', 'what grew between heaps', 'rows', 30).action(
    async (older, newer, options) =>
      (await import('./commands/diff.ts')).diffCommand([older, ...newer], options, output),
  );
  heapCommand('closures <dump>', 'closures by source position', 'rows of the text output', 40).action(
    async (dump, options) => (await import('./commands/closures.ts')).closuresCommand(dump, options, output),
  );
  command('snapshot <core>', 'writes the heap as a .heapsnapshot that Chrome DevTools opens')
    .requiredOption('-o, --output <file>', 'the file to write')
    .option('--redact', 'contents of strings are replaced by stand-ins of the same shape')
    .action(async (dump, options) =>
      (await import('./commands/snapshot.ts')).snapshotCommand(dump, options, output),
    );
  command('flame <profile> [more...]', 'a flame graph, or its folded stacks, of a profile or a dump')
    .addOption(new Option('--of <subject>', 'what of a dump is shown').choices(dumpSubjects))
    .option('-o, --output <file>', 'writes a page (.html), folded stacks (.folded) or .speedscope.json')
    .option('--fold', 'prints folded stacks')
    .option('--diff <older>', 'compares with an older profile or dump')
    .action(async (dump, more, options) =>
      (await import('./commands/flame.ts')).flameCommand(dump, more, options, output),
    );

  program
    .command('record <command...>')
    .description('runs a command so that its death leaves a dump, and says where')
    .usage('[options] -- <command...>')
    .passThroughOptions()
    .addOption(new Option('-o, --output <dir>', 'where the dump is to be').default('.', 'the current folder'))
    .addOption(
      new Option('--after <seconds>', 'if it still runs by then, it is aborted: for what hangs').argParser(
        seconds,
      ),
    )
    .addOption(new Option('--json', 'one JSON document on stdout; what the command prints goes to stderr'))
    .helpOption('--help')
    .addHelpText('after', recordHelp)
    .action(async (words, options) =>
      (await import('./commands/record.ts')).recordCommand(words, options, output),
    );

  let json = false;
  program.hook('preAction', (_, action) => {
    json = action.opts().json === true;
  });
  try {
    if (argv.length === 0) {
      program.outputHelp({ error: true });
      return 2;
    }
    await program.parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof DayAfterError) {
      printError(output, error, json);
      return 1;
    }
    throw error;
  }
}

const recordHelp = `
The dump becomes <dir>/<program>.<pid>.core, of the command or of what it starts (npm run, shell scripts). The
limit of core sizes is raised, and NODE_OPTIONS gets --abort-on-uncaught-exception: what nobody catches ends the
process at once, even where there are listeners of 'uncaughtException'.

A command that hangs: Ctrl+\\ makes all its processes dump core; --after aborts its innermost Node.js process,
then those that led to it, until the command ends. Ctrl+C goes to the command, as usual.

  dayafter record -- node server.js
  dayafter record --after 60 -o dumps -- npm test

Exit status: 0 a dump was left, 1 none was, 2 wrong usage.
`;

function collect(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('A whole number is wanted.');
  return value;
}

/** Milliseconds. */
function seconds(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value === 0)
    throw new InvalidArgumentError('A number of seconds is wanted.');
  return value * 1000;
}

function depth(text: string): number {
  const value = wholeNumber(text);
  if (value > 50) throw new InvalidArgumentError('At most 50.');
  return value;
}
