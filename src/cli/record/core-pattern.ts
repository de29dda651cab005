import { readFileSync } from 'node:fs';

/** Where the kernel of Linux puts cores: what kernel.core_pattern means (core(5)). */
export type CoreDestination =
  /** A file. A relative pattern starts at the folder that the process was in. */
  | { readonly kind: 'file'; readonly pattern: string }
  /** The standard input of a program, with its arguments. */
  | { readonly kind: 'pipe'; readonly command: string }
  | { readonly kind: 'socket'; readonly path: string }
  /** Nowhere. */
  | { readonly kind: 'none' };

/** What the specifiers of a pattern stand for. What is not known is left out. */
export interface CoreFacts {
  /** Ids of the process, and of the thread that took the signal, as the process itself sees them. */
  readonly pid?: number;
  readonly thread?: number;
  /** The same ids outside of all containers. */
  readonly hostPid?: number;
  readonly hostThread?: number;
  readonly user?: number;
  readonly group?: number;
  /** 0, 1 or 2, as PR_GET_DUMPABLE has it. */
  readonly dumpMode?: number;
  readonly signal?: number;
  /** Seconds since 1970. */
  readonly time?: number;
  readonly host?: string;
  /** Name of the thread, at most 15 bytes. */
  readonly comm?: string;
  /** Path of the executable. */
  readonly executable?: string;
  /** Bytes that RLIMIT_CORE allows. */
  readonly limit?: bigint;
  readonly cpu?: number;
}

/** Where this system puts cores. Systems that do not tell are taken to have the kernel's own setting. */
export function readCoreDestination(): CoreDestination {
  const setting = (name: string) => {
    try {
      return readFileSync(`/proc/sys/kernel/${name}`, 'utf8').replace(/\n$/, '');
    } catch {
      return undefined;
    }
  };
  return coreDestination(setting('core_pattern') ?? 'core', setting('core_uses_pid') === '1');
}

/** What a setting of kernel.core_pattern means, with kernel.core_uses_pid. */
export function coreDestination(pattern: string, usesPid: boolean): CoreDestination {
  if (pattern.startsWith('|')) return { kind: 'pipe', command: pattern.slice(1).trim() };
  if (pattern.startsWith('@')) return { kind: 'socket', path: pattern.replace(/^@+/, '') };
  if (usesPid && !/^(?:[^%]|%[^p])*%p/.test(pattern))
    return { kind: 'file', pattern: `${endOf(pattern)}.%p` };
  return pattern === '' ? { kind: 'none' } : { kind: 'file', pattern };
}

/** A single % at the end is dropped: it must not become one with what is appended. */
function endOf(pattern: string): string {
  return /^(?:[^%]|%.)*%$/s.test(pattern) ? pattern.slice(0, -1) : pattern;
}

/**
 * The components of the path that a pattern stands for: text where `facts` tell all of it, else a pattern that
 * matches every name that the kernel can make of it.
 */
export function expandCorePattern(pattern: string, facts: CoreFacts = {}): (string | RegExp)[] {
  return pattern
    .replace(/%(.)/gs, (specifier, letter) => (letter === '/' ? '' : specifier))
    .split('/')
    .filter((component) => component !== '')
    .map((component) => expandComponent(component, facts));
}

/** Whether each process has a name of its own for its core, wherever it is. */
export function namesProcess(pattern: string): boolean {
  const [one, other] = [1, 2].map((id) => {
    const facts = { pid: id, hostPid: id, thread: id, hostThread: id };
    return String(expandCorePattern(pattern, facts));
  });
  return one !== other;
}

function expandComponent(component: string, facts: CoreFacts): string | RegExp {
  let text = '';
  let source = '';
  let known = true;
  for (const [piece, letter] of component.matchAll(/%(.)|%$|[^%]+/gs)) {
    const value = letter === undefined ? piece.replace(/^%$/, '') : specifier(letter, facts);
    if (value instanceof RegExp) {
      known = false;
      source += value.source;
    } else {
      text += value;
      source += value.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    }
  }
  return known ? text : new RegExp(`^${source}$`);
}

const number = /\d+/;
const name = /[^/]+/;

/** The text of one specifier, or what it can be. Unknown ones are dropped; %F is for pipes alone. */
function specifier(letter: string, facts: CoreFacts): string | RegExp {
  const { executable } = facts;
  switch (letter) {
    case '%':
      return '%';
    case 'p':
      return facts.pid?.toString() ?? number;
    case 'P':
      return facts.hostPid?.toString() ?? number;
    case 'i':
      return facts.thread?.toString() ?? number;
    case 'I':
      return facts.hostThread?.toString() ?? number;
    case 'u':
      return facts.user?.toString() ?? number;
    case 'g':
      return facts.group?.toString() ?? number;
    case 'd':
      return facts.dumpMode?.toString() ?? number;
    case 's':
      return facts.signal?.toString() ?? number;
    case 't':
      return facts.time?.toString() ?? number;
    case 'c':
      return facts.limit?.toString() ?? number;
    case 'C':
      return facts.cpu?.toString() ?? number;
    case 'h':
      return escaped(facts.host) ?? name;
    case 'e':
      return escaped(facts.comm) ?? name;
    case 'f':
      return escaped(executable?.slice(executable.lastIndexOf('/') + 1)) ?? name;
    case 'E':
      return escaped(executable) ?? name;
    default:
      return '';
  }
}

/** A value as the kernel writes it: always one component of a path, and none with a meaning of its own. */
function escaped(value: string | undefined): string | undefined {
  if (value === '') return '!';
  return value?.replace(/^\.(?=\.?$)/, '!').replaceAll('/', '!');
}
