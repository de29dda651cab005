/**
 * The debug configuration of type `node-postmortem`, as users write it and as the adapter reads it.
 * docs/configuration.md explains each name; package.json holds the schema.
 */
import { absolute, type HostPaths } from './paths.ts';

export const debugType = 'node-postmortem';

/** Other adapters' names for `dump` (lldb-dap, cppdbg, delve), understood too. */
export const dumpAliases = ['coreFile', 'coreDumpPath', 'coreFilePath'] as const;

/** What is skipped when the configuration does not say: frames that are hardly ever the user's own code. */
export const defaultSkipFiles: readonly string[] = ['<node_internals>/**', '**/node_modules/**'];

/** A configuration with aliases resolved, paths absolute and defaults filled in. */
export interface AttachConfiguration {
  readonly dump: string;
  readonly program: string | undefined;
  readonly searchPaths: readonly string[];
  readonly sysroot: string | undefined;
  readonly localRoot: string | undefined;
  readonly remoteRoot: string | undefined;
  readonly sourceMapPathOverrides: Readonly<Record<string, string>>;
  /** Undefined where the user did not set it. */
  readonly skipFiles: readonly string[] | undefined;
  /** Where the editor's sources are; set by the extension, not by users. */
  readonly workspaceFolders: readonly string[];
}

/** The key under which the extension hands its workspace folders to the adapter. */
export const workspaceFoldersKey = '__workspaceFolders';

export class ConfigurationError extends Error {}

/** The configured dump under its own name or an alias; undefined if there is none. */
export function dumpOf(raw: Readonly<Record<string, unknown>>): string | undefined {
  for (const name of ['dump', ...dumpAliases]) {
    const value = raw[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

/**
 * Reads the arguments of an attach or launch request. Relative paths are resolved against `base`.
 * Throws ConfigurationError where a name is missing or of the wrong type.
 */
export function readAttachConfiguration(
  raw: Readonly<Record<string, unknown>>,
  base: string,
  host: HostPaths,
): AttachConfiguration {
  const dump = dumpOf(raw);
  if (dump === undefined)
    throw new ConfigurationError("The 'dump' attribute is missing in the debug configuration.");
  const path = (name: string): string | undefined => {
    const value = text(raw, name);
    return value === undefined ? undefined : absolute(value, base, host);
  };
  return {
    dump: absolute(dump, base, host),
    program: path('program'),
    searchPaths: (texts(raw, 'searchPaths') ?? []).map((value) => absolute(value, base, host)),
    sysroot: path('sysroot'),
    localRoot: path('localRoot'),
    remoteRoot: text(raw, 'remoteRoot'),
    sourceMapPathOverrides: overrides(raw),
    skipFiles: texts(raw, 'skipFiles'),
    workspaceFolders: texts(raw, workspaceFoldersKey) ?? [],
  };
}

function text(raw: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = raw[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw new ConfigurationError(`The '${name}' attribute must be a string.`);
  return value;
}

function texts(raw: Readonly<Record<string, unknown>>, name: string): string[] | undefined {
  const value = raw[name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw new ConfigurationError(`The '${name}' attribute must be an array of strings.`);
  }
  return value;
}

function overrides(raw: Readonly<Record<string, unknown>>): Record<string, string> {
  const value = raw.sourceMapPathOverrides;
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || !Object.values(value).every((item) => typeof item === 'string')) {
    throw new ConfigurationError("The 'sourceMapPathOverrides' attribute must map patterns to paths.");
  }
  return { ...(value as Record<string, string>) };
}
