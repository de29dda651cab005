import type { Frame, FrameTier, ProfileFrameKind } from './profile.ts';

/** Names that V8's profiler gives to what is no function (deps/v8/src/profiler/cpu-profile.cc, profile-generator.cc). */
const metaKinds: Readonly<Record<string, ProfileFrameKind>> = {
  '(root)': 'program',
  '(program)': 'program',
  '(idle)': 'idle',
  '(garbage collector)': 'gc',
  // As @datadog/pprof names it.
  'Garbage Collection': 'gc',
};

/** Whose JavaScript a script's URL or path belongs to. */
export function scriptKind(source: string): ProfileFrameKind {
  if (source.startsWith('node:') || source.startsWith('internal/')) return 'node';
  if (/(^|[/\\])node_modules[/\\]/.test(source)) return 'dependency';
  if (source.startsWith('wasm:')) return 'wasm';
  if (source.startsWith('native ') || source.startsWith('extensions::')) return 'v8';
  return 'own';
}

/** A frame of V8's own profilers, whose names and positions are fields of their own. `line` is 0-based there. */
export function callFrame(name: string, source: string, line: number, column: number): Frame {
  const meta = source === '' ? metaKinds[name] : undefined;
  return {
    name,
    source,
    line: line >= 0 ? line + 1 : 0,
    column: column >= 0 ? column + 1 : 0,
    kind: meta ?? (source === '' ? 'v8' : scriptKind(source)),
    tier: '',
    module: '',
  };
}

/** V8's mark before a JavaScript function's name in logs and perf maps, by tier (deps/v8/src/objects/code-kind.cc). */
const tierMarks: readonly [mark: string, tier: FrameTier][] = [
  ["*'", 'turbofan'],
  ["+'", 'maglev'],
  ['o*', 'turbofan'],
  ['o+', 'maglev'],
  ['*', 'turbofan'],
  ['+', 'maglev'],
  ['^', 'baseline'],
  ['~', 'interpreted'],
];

const builtinPrefix = /^(Builtin|BytecodeHandler|Stub|RegExp|Bytecode|Handler|CallInterfaceDescriptor):/;
const scriptPrefix =
  /^(JS|Script|LazyCompile|Function|Eval|InterpretedFunction|BaselineFunction|TurboFan|py):/;

/**
 * A symbol as V8 writes it for perf, or any other symbol: "JS:*name /path/file.js:12:3",
 * "LazyCompile:~name node:fs:461", "Builtin:ArrayMap", "v8::internal::Heap::Scavenge()". Text without V8's
 * prefix is taken for JavaScript only where it ends in a file's position.
 */
export function symbolFrame(symbol: string, module = ''): Frame {
  if (builtinPrefix.test(symbol)) {
    const kind = symbol.startsWith('RegExp:') ? 'own' : 'v8';
    return { name: symbol, source: '', line: 0, column: 0, kind, tier: '', module };
  }
  const prefix = scriptPrefix.exec(symbol);
  if (prefix) return scriptFrame(symbol.slice(prefix[0].length), module);
  const positioned = markedPosition.exec(symbol);
  if (positioned) return scriptFrame(symbol, module);
  return { name: symbol, source: '', line: 0, column: 0, kind: nativeKind(symbol, module), tier: '', module };
}

const markedPosition =
  /^([~*^+]|o[*+]|[*+]')?[^\s()]* ?\(?[^\s()]*\.[cm]?[jt]sx?:\d+(:\d+)?\)?$|^[~*^+][^ ]* .*:\d+$/;

function scriptFrame(text: string, module: string): Frame {
  let rest = text;
  let tier: FrameTier = '';
  for (const [mark, of] of tierMarks) {
    if (!rest.startsWith(mark)) continue;
    rest = rest.slice(mark.length);
    tier = of;
    break;
  }
  const { name, source, line, column } = nameAndPlace(rest);
  // A name without a script is a function that V8 made itself, or one of `eval`.
  return { name, source, line, column, kind: source === '' ? 'own' : scriptKind(source), tier, module };
}

/** "name /path/file.js:12:3", "name (/path/file.js:12:3)" or "/path/file.js:12:3". */
export function nameAndPlace(text: string): Pick<Frame, 'name' | 'source' | 'line' | 'column'> {
  const unclosed = text.endsWith(')') ? text.slice(0, -1) : text;
  const position = /:(\d+)(?::(\d+))?$/.exec(unclosed);
  if (!position) return { name: text, source: '', line: 0, column: 0 };
  const before = unclosed.slice(0, position.index);
  // A path may hold spaces: it starts at the first " /", " node:", " file:" or drive letter.
  const start = /(?:^| )\(?(?=\/|\.{0,2}\/|[a-z][a-z0-9+.-]+:|[A-Za-z]:\\|evalmachine|internal\/)/.exec(
    before,
  );
  const space = start ? start.index : before.lastIndexOf(' ');
  const name = space < 0 ? '' : before.slice(0, space);
  const source = (start ? before.slice(start.index + start[0].length) : before.slice(space + 1)).replace(
    /^\(/,
    '',
  );
  return {
    name: name.trim(),
    source,
    line: Number(position[1]),
    column: position[2] === undefined ? 0 : Number(position[2]),
  };
}

/** "[nf_tables]", but none of the names that perf gives to other memory. */
const kernelModule = /^\[(?!unknown|vdso|vsyscall|heap|stack|anon|uprobes)[\w.-]+\]$/;

/** Kind of a frame that is no JavaScript, by its symbol and the module it lies in. */
export function nativeKind(symbol: string, module: string): ProfileFrameKind {
  if (/^\[kernel|^\[guest\.kernel|\.ko(\.\w+)?$/.test(module) || kernelModule.test(module)) return 'kernel';
  if (symbol.endsWith('_[k]')) return 'kernel';
  if (
    /^v8::internal::(.*(Scavenge|MarkCompact|Sweeper|Evacuat|IncrementalMarking|ConcurrentMarking)|Heap::)/.test(
      symbol,
    )
  )
    return 'gc';
  if (/^(v8::|Builtins_|cppgc::|heap::base::)/.test(symbol)) return 'v8';
  if (/^node::/.test(symbol)) return 'node';
  return metaKinds[symbol] ?? 'native';
}

/** The package, library or part of the platform that a frame belongs to. */
export function packageOf(frame: Frame): string {
  switch (frame.kind) {
    case 'own':
      return '(own code)';
    case 'node':
      return 'node';
    case 'dependency':
      return dependencyOf(frame.source);
    case 'kernel':
      return '(kernel)';
    case 'native':
      return frame.module === '' ? '(native)' : frame.module.slice(frame.module.lastIndexOf('/') + 1);
    default:
      return `(${frame.kind})`;
  }
}

/** "express" of ".../node_modules/express/lib/router.js"; the innermost package of nested ones. */
function dependencyOf(source: string): string {
  const parts = source.replaceAll('\\', '/').split('/');
  const at = parts.lastIndexOf('node_modules') + 1;
  // pnpm keeps packages in node_modules/.pnpm/name@version/node_modules/name: the last one is right there, too.
  const name = parts[at] ?? '';
  return name.startsWith('@') ? `${name}/${parts[at + 1] ?? ''}` : name;
}
