import assert from 'node:assert/strict';
import type { DeathKind } from '../../src/engine/contract.ts';
import { FileSource } from '../../src/engine/dump/byte-source.ts';
import { ElfFile } from '../../src/engine/dump/elf.ts';
import { SymbolTable } from '../../src/engine/modules/symbols.ts';
import { openDump } from '../../src/engine/session.ts';
import { type RecordOptions, recordCore } from '../support/cores.ts';
import { finding } from '../support/findings.ts';
import { type ReleaseLine, releaseLines, releaseNode } from '../support/releases.ts';

interface Death {
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

const deaths: readonly Death[] = [
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
    says: /heap was full \(\d+ MiB of old objects, where 30 MiB are allowed\).*"(Reached|Ineffective).* heap limit"\. The last allocation(, of 880 bytes,)? was for fill \(.*die-memory\.js:4:/,
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
    title: 'signal from outside while it spins',
    program: 'die-spinning.js',
    options: () => plain,
    kind: 'signal',
    exception: null,
    says: /SIGABRT came from outside.*running parse \(.*die-spinning\.js:[678]:/,
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
    return new SymbolTable(new ElfFile(source)).find(symbol)!.value;
  } finally {
    source.close();
  }
}

describe('ways to die', () => {
  for (const line of releaseLines) {
    for (const death of deaths) {
      it(`Node ${line}: ${death.title}`, async function () {
        this.timeout(240_000);
        const { core } = await recordCore(line, death.program, await death.options?.(line));
        const session = await openDump(core);
        try {
          const told = session.death();
          finding('Ways to die', death.title, line, told.kind === death.kind ? 1 : 0, 1);
          assert.equal(told.kind, death.kind, told.message);
          assert.equal(told.exception?.className, death.exception?.className);
          if (death.exception) assert.match(told.exception!.message, death.exception.message);
          assert.match(told.message, death.says);
          if (death.kind === 'out-of-memory') {
            // Code of the program asks for so many bytes; the array that grows is asked for by V8 itself.
            const { frames } = session.stack(session.focusThread());
            const asked = frames.some((f) => /Runtime_AllocateIn/.test(f.function ?? ''));
            assert.equal(/of 880 bytes/.test(told.message), asked, told.message);
          }
          // Also in the middle of a garbage collection, and of a worker that starts or ends.
          for (const { heap } of session.info().isolates) assert.notEqual(heap.used, null);
          if (death.kind === 'unhandled-rejection') {
            const { internal } = session.inspect(told.promise!, { depth: 1, limit: 100 });
            assert.deepEqual(
              internal.slice(0, 2).map(({ value, className }) => value ?? className),
              ['rejected', 'AppError'],
            );
          } else assert.equal(told.promise, null);
          const captured = session.captured(session.focusThread())?.frames.slice(0, 2);
          assert.deepEqual(
            captured?.map((f) => `${f.function} ${f.line}:${f.column}`),
            death.captured,
          );
        } finally {
          session.close();
        }
      });
    }
  }
});
