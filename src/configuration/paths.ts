/**
 * All path logic of the editor side, for POSIX and Windows hosts and for dumps of either. Paths that come
 * from a dump are hostile: none of them may reach a network share, a device or a place outside the roots it
 * is joined to.
 */
import type { PlatformPath } from 'node:path';

/** `path.posix` or `path.win32`, and the user's home directory. */
export interface HostPaths {
  readonly path: PlatformPath;
  readonly home: string;
}

/** `value` as an absolute path of the host; `~/` is the home directory, relative paths start at `base`. */
export function absolute(value: string, base: string, host: HostPaths): string {
  const expanded = /^~(?=$|[/\\])/.test(value) ? host.home + value.slice(1) : value;
  return host.path.resolve(base, expanded);
}

/** The last part of a path or URL of either flavour. */
export function baseName(pathOrUrl: string): string {
  return pathOrUrl.slice(Math.max(pathOrUrl.lastIndexOf('/'), pathOrUrl.lastIndexOf('\\')) + 1) || pathOrUrl;
}

/**
 * The file that a script's URL names on the machine of the dump: `/app/a.js`, `C:\app\a.js`, or either as a
 * file URL. Undefined for anything else (`node:fs`, `evalmachine.<anonymous>`, network shares).
 */
export function scriptPath(url: string): string | undefined {
  if (/^file:/i.test(url)) return fileUrlPath(url);
  if (isDrivePath(url)) return url;
  if (url.startsWith('/') && !url.startsWith('//')) return url;
  return undefined;
}

/** The path below the project's folder in a URL of a bundler: `webpack://shop/./src/a.ts?1f2e`. */
function bundledPath(url: string): string | undefined {
  return /^(?:webpack|webpack-internal|turbopack|rspack):\/\/[^/]*(\/[^?#]+)/.exec(withoutDots(url))?.[1];
}

function fileUrlPath(url: string): string | undefined {
  const match = /^file:\/\/(?:localhost)?(\/[^?#]*)/i.exec(url);
  if (!match) return undefined;
  let path: string;
  try {
    path = decodeURIComponent(match[1]!);
  } catch {
    return undefined;
  }
  if (path.startsWith('//') || path.includes('\0')) return undefined;
  return /^\/[a-z]:\//i.test(path) ? path.slice(1).replaceAll('/', '\\') : path;
}

function isDrivePath(path: string): boolean {
  return /^[a-z]:[/\\]/i.test(path);
}

/** The parts of a dump's path below its root; undefined if one of them could lead elsewhere on the host. */
function safeParts(path: string, host: HostPaths): string[] | undefined {
  const windowsPath = isDrivePath(path);
  const parts = (windowsPath ? path.slice(3).split(/[/\\]+/) : path.split(/\/+/)).filter(
    (part) => part !== '',
  );
  const forbidden = host.path.sep === '\\' ? /[\\:*?"<>|\0]/ : /\0/;
  return parts.some((part) => part === '..' || part === '.' || forbidden.test(part)) ? undefined : parts;
}

/** How a dump's paths map to the host's. */
export interface Mapping {
  readonly localRoot: string | undefined;
  readonly remoteRoot: string | undefined;
  readonly workspaceFolders: readonly string[];
  readonly sourceMapPathOverrides: Readonly<Record<string, string>>;
}

/** Suffixes of a path that are tried below each workspace folder. */
const maxSuffixes = 12;

/**
 * Files of the host that may be the script `url`, best first. The caller must compare their text with the
 * dump's before it trusts one. At most a few dozen.
 */
export function localCandidates(url: string, mapping: Mapping, host: HostPaths): string[] {
  const candidates = new Set<string>();
  const override = overriddenPath(url, mapping.sourceMapPathOverrides, host);
  if (override !== undefined) candidates.add(override);
  const path = scriptPath(url) ?? bundledPath(url);
  const parts = path === undefined ? undefined : safeParts(path, host);
  if (path === undefined || parts === undefined || parts.length === 0) return [...candidates];

  const { localRoot, remoteRoot } = mapping;
  if (localRoot !== undefined && remoteRoot !== undefined) {
    const below = partsBelow(remoteRoot, parts, isDrivePath(path), host);
    if (below) candidates.add(host.path.join(localRoot, ...below));
  }
  const isPath = bundledPath(url) === undefined && isDrivePath(path) === (host.path.sep === '\\');
  if (isPath) candidates.add(host.path.normalize(path));
  const roots = localRoot === undefined ? mapping.workspaceFolders : [localRoot, ...mapping.workspaceFolders];
  for (const root of roots) {
    for (let i = Math.max(0, parts.length - maxSuffixes); i < parts.length; i++) {
      candidates.add(host.path.join(root, ...parts.slice(i)));
    }
  }
  return [...candidates];
}

function partsBelow(
  root: string,
  parts: readonly string[],
  caseInsensitive: boolean,
  host: HostPaths,
): string[] | undefined {
  const rootPath = scriptPath(root);
  const rootParts = rootPath === undefined ? undefined : safeParts(rootPath, host);
  if (rootParts === undefined || rootParts.length >= parts.length) return undefined;
  const fold = (part: string): string => (caseInsensitive ? part.toLowerCase() : part);
  return rootParts.every((part, i) => fold(part) === fold(parts[i]!))
    ? parts.slice(rootParts.length)
    : undefined;
}

/**
 * js-debug's `sourceMapPathOverrides`: patterns with at most one `*`, the longest that matches wins. `?:*` stands
 * for any part that the path does not need. `{"webpack:///./*": "/home/me/app/*"}` maps
 * `webpack:///./src/a.ts`, and `webpack:///src/a.ts`, which is the same URL, to `/home/me/app/src/a.ts`.
 */
export function overriddenPath(
  url: string,
  overrides: Readonly<Record<string, string>>,
  host: HostPaths,
): string | undefined {
  const patterns = Object.keys(overrides).sort((a, b) => b.length - a.length);
  for (const pattern of patterns) {
    const match = matcherOf(withoutDots(pattern)).exec(withoutDots(url));
    if (!match) continue;
    const target = overrides[pattern]!;
    if (match[1] === undefined) return host.path.normalize(target);
    const parts = safeParts(match[1], host);
    return parts && host.path.normalize(target.replace('*', () => parts.join(host.path.sep)));
  }
  return undefined;
}

function matcherOf(pattern: string): RegExp {
  let captures = false;
  const source = pattern.replace(/\?:\*|\*|[\\^$.+?()[\]{}|/-]/g, (text) => {
    if (text === '?:*') return '[^/]*';
    if (text !== '*') return `\\${text}`;
    if (captures) return '\\*';
    captures = true;
    return '(.*)';
  });
  return new RegExp(`^${source}$`, 's');
}

/** Source maps' paths may be resolved already, and need not. */
function withoutDots(url: string): string {
  return url.replace(/\/(\.\/)+/g, '/');
}

/** A script's URL as skipFiles patterns see it: forward slashes, `<node_internals>/` for Node's own scripts. */
export function skipFilesName(url: string): string {
  if (url.startsWith('node:')) return `<node_internals>/${url.slice('node:'.length)}`;
  return (scriptPath(url) ?? url).replaceAll('\\', '/');
}

/**
 * `core`, `core.<digits>`, `*.core`, `*.dmp`, `*.mdmp`, `*.heapsnapshot`, also packed, and the packed cores of systemd-coredump
 * (`core.<name>.<numbers>.zst`): names that may be dumps. Content decides.
 */
export function looksLikeDumpName(name: string): boolean {
  return /^core(\..+\.\d+\.zst|(\.\d+)?(\.gz|\.zst)?)$|\.(core|dmp|mdmp|heapsnapshot)(\.gz|\.zst)?$/.test(
    name,
  );
}
