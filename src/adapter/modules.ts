/** `modules`: the executable and the libraries, with what was found of each on this machine. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { baseName } from '../configuration/paths.ts';
import { hex } from '../engine/address.ts';
import type { ModuleStatus } from '../engine/modules/locate.ts';
import type { Module } from '../engine/modules/module.ts';
import type { Target } from './target.ts';

const statusText: Readonly<Record<ModuleStatus, string>> = {
  matched: 'Build id matches: symbols loaded',
  unverified: 'The dump holds no build id: the file named by the user is used unverified',
  mismatched: 'A file was found, but of another build: not used',
  missing: 'No file found: the dump alone is used',
};

const STRIPPED = 'Build id matches: no symbols but those that it exports';

/** Modules are known by their path in the dumped process. */
export function moduleId(path: string): string {
  return path;
}

export function modules(
  target: Target,
  args: DebugProtocol.ModulesArguments | undefined,
): DebugProtocol.ModulesResponse['body'] {
  const all = target.core.modules.modules;
  const start = Math.max(0, args?.startModule ?? 0);
  const end = args?.moduleCount ? start + args.moduleCount : all.length;
  return { modules: all.slice(start, end).map(describe), totalModules: all.length };
}

function describe(module: Module): DebugProtocol.Module {
  const described: DebugProtocol.Module = {
    id: moduleId(module.path),
    name: baseName(module.path),
    path: module.path,
    isUserCode: false,
    symbolStatus: module.isStripped ? STRIPPED : statusText[module.status],
  };
  const start = module.mappings[0]?.start;
  const last = module.mappings.at(-1);
  if (start !== undefined && last) described.addressRange = `${hex(start)}-${hex(last.end)}`;
  if (module.buildId !== undefined) described.version = module.buildId;
  if (module.symbolFile !== undefined) described.symbolFilePath = module.symbolFile;
  return described;
}
