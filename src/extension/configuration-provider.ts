/** Debug configurations of our type: made where there is no launch.json, completed where there is one. */
import { homedir } from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { dumpAliases, dumpOf, workspaceFoldersKey } from '../configuration/attach.ts';
import { absolute, type HostPaths } from '../configuration/paths.ts';
import { configurationFor } from './debug-dump.ts';
import { findDumps, pickDump } from './find-dumps.ts';
import { infoViewType } from './info-editor.ts';

const host: HostPaths = { path, home: homedir() };

/** Names whose relative paths start at the workspace folder. */
const pathNames = ['dump', ...dumpAliases, 'program', 'sysroot', 'localRoot'];

export class ConfigurationProvider implements vscode.DebugConfigurationProvider {
  /** F5 without a launch.json, or with a configuration that names no dump. */
  async resolveDebugConfiguration(
    _folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined> {
    if (dumpOf(configuration) !== undefined) return configuration;
    const dump = dumpInFront() ?? (await pickDump());
    return dump && { ...configuration, ...configurationFor(dump), ...named(configuration) };
  }

  /** Variables are replaced by now: paths become absolute, and the adapter learns where the sources are. */
  resolveDebugConfigurationWithSubstitutedVariables(
    folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): vscode.DebugConfiguration {
    const folders = (vscode.workspace.workspaceFolders ?? []).filter((item) => item.uri.scheme === 'file');
    const ordered = folder ? [folder, ...folders.filter((item) => item !== folder)] : folders;
    const base = ordered[0]?.uri.fsPath ?? host.home;
    const resolved: vscode.DebugConfiguration = {
      ...configuration,
      [workspaceFoldersKey]: ordered.map((item) => item.uri.fsPath),
    };
    for (const name of pathNames) {
      const value: unknown = configuration[name];
      if (typeof value === 'string' && value !== '') resolved[name] = absolute(value, base, host);
    }
    const search: unknown = configuration.searchPaths;
    if (Array.isArray(search)) {
      resolved.searchPaths = search.map((item) =>
        typeof item === 'string' ? absolute(item, base, host) : item,
      );
    }
    return resolved;
  }
}

function named(configuration: vscode.DebugConfiguration): { name?: string } {
  return configuration.name ? { name: configuration.name } : {};
}

/** The dump whose card is in front. */
function dumpInFront(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputCustom && input.viewType === infoViewType ? input.uri : undefined;
}

/** One configuration for each dump of the workspace, in the Run view's list. */
export const dynamicConfigurations: vscode.DebugConfigurationProvider = {
  async provideDebugConfigurations(_folder, token) {
    const dumps = await findDumps(token);
    return dumps.map((dump) => ({ ...configurationFor(dump.uri), name: `Post-mortem: ${dump.label}` }));
  },
};
