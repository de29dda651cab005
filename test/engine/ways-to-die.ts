import type { DeathKind } from '../../src/engine/contract.ts';
import { FileSource } from '../../src/engine/dump/byte-source.ts';
import { ElfFile } from '../../src/engine/dump/elf.ts';
import { ElfSymbolTable } from '../../src/engine/modules/elf-symbols.ts';
import type { RecordOptions } from '../support/cores.ts';
import { type ReleaseLine, releaseNode } from '../support/releases.ts';

export interface Death {
  readonly title: string;
  readonly program: string;
  readonly options?: (line: ReleaseLine) => RecordOptions | Promise<RecordOptions>;
  readonly kind: DeathKind;
  readonly exception: { className: string; message: RegExp } | null;
  /** In the two sentences for people. */
  readonly says: RegExp;
  /** The innermost frames that the error tells, where none of the program is left on the stack. */
  readonly captured?: readonly string[];
}

const plain = { nodeFlags: [] };

/** Programs that die, and what is to be told of each. */
export const deaths: readonly Death[] = [
  {
    title: 'uncaught exception',
    program: 'uncaught.js',
    kind: 'uncaught-exception',
    exception: { className: 'TypeError', message: /^boom arg-string$/ },
    says: /TypeError: boom arg-string.*inner \(.*uncaught\.js:17:14\)/,
  },
  {
    title: 'uncaught value that is no Error',
    program: 'die-primitive.js',
    kind: 'uncaught-exception',
    exception: { className: 'string', message: /^just a string$/ },
    says: /threw the string "just a string".*It was thrown in later \(.*die-primitive\.js:3:3\)/,
  },
  {
    title: 'uncaught error made by V8',
    program: 'die-in-v8.js',
    kind: 'uncaught-exception',
    exception: {
      className: 'TypeError',
      message: /^Cannot read properties of undefined \(reading 'deep'\)$/,
    },
    says: /read \(.*die-in-v8\.js:3:25\)/,
  },
  {
    title: 'uncaught error made by Node',
    program: 'die-in-node.js',
    kind: 'uncaught-exception',
    exception: { className: 'Error', message: /^ENOENT: no such file/ },
    says: /later \(.*die-in-node\.js:4:6\)/,
  },
  {
    title: 'unhandled rejection',
    program: 'die-rejected.js',
    kind: 'unhandled-rejection',
    exception: { className: 'AppError', message: /^no user 7$/ },
    says: /promise was rejected with AppError: no user 7.*fetchUser \(.*die-rejected\.js:10:9\), awaited by handler \(.*die-rejected\.js:13:16\)/,
    captured: ['fetchUser 10:9', 'handler 13:16'],
  },
  {
    title: 'uncaught exception in a worker',
    program: 'die-worker.js',
    kind: 'uncaught-exception',
    exception: { className: 'RangeError', message: /^worker boom$/ },
    says: /^A worker threw RangeError: worker boom.*made in inner \(.*die-worker\.js:8:11\)/,
    captured: ['inner 8:11', 'Timeout.later 11:5'],
  },
  {
    title: 'stack overflow',
    program: 'die-stack.js',
    options: () => ({ nodeFlags: ['--abort-on-uncaught-exception', '--stack-size=200'] }),
    kind: 'stack-overflow',
    exception: { className: 'RangeError', message: /^Maximum call stack size exceeded$/ },
    says: /stack was full, [\d,]+ calls deep in the recursion of recurse: RangeError.*recurse \(.*die-stack\.js:3:/,
  },
  {
    title: 'out of memory',
    program: 'die-memory.js',
    options: () => ({ nodeFlags: ['--max-old-space-size=30'] }),
    kind: 'out-of-memory',
    exception: null,
    says: /heap was full \(\d+ MiB of old objects, where 30 MiB are allowed\).* The last allocation(, of 880 bytes,)? was for fill \(.*die-memory\.js:4:/,
  },
  {
    title: 'process.abort',
    program: 'die-abort.js',
    options: () => plain,
    kind: 'abort',
    exception: null,
    says: /^process\.abort\(\) ended the process\. It was called in compare \(.*die-abort\.js:5:13\)/,
  },
  {
    title: 'signal that it sent itself',
    program: 'die-kill.js',
    options: () => plain,
    kind: 'signal',
    exception: null,
    says: /^The process sent SIGABRT to itself\. It did so in later \(.*die-kill\.js:3:11\)/,
  },
  {
    title: 'signal from outside while it spins',
    program: 'die-spinning.js',
    options: () => plain,
    kind: 'signal',
    exception: null,
    says: /SIGABRT came from outside.*running parse \(.*die-spinning\.js:[678]:/,
  },
  {
    title: 'signal from outside while it matches a regular expression',
    program: 'die-matching.js',
    options: () => plain,
    kind: 'signal',
    exception: null,
    says: /SIGABRT came from outside.*It was matching \/\^\(a\+\)\+\$\/ against a string of 61 characters in validate \(.*die-matching\.js:5:18\)/,
  },
  {
    title: 'native crash',
    program: 'die-native.js',
    options: async (line) => ({ nodeFlags: [], args: [String(await addressOf(line, 'uv_os_getppid'))] }),
    kind: 'native-crash',
    exception: null,
    says: /^SIGSEGV stopped native code in uv_os_getppid \(node\).*JavaScript called it in ask \(.*die-native\.js:7:20\)/,
  },
];

/** Link-time address, which is the runtime's too: the official builds are not position-independent. */
async function addressOf(line: ReleaseLine, symbol: string): Promise<number> {
  const source = new FileSource(await releaseNode(line));
  try {
    return new ElfSymbolTable(new ElfFile(source)).find(symbol)!.value;
  } finally {
    source.close();
  }
}
