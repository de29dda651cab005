/** `scopes` of a frame, named as VS Code's JavaScript debugger names them. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { ScopeKind } from '../engine/contract.ts';
import { shownScopes } from '../engine/session/shown-scopes.ts';
import type { JsFrame } from '../engine/v8/frames/js-frame.ts';
import { frameScopes } from '../engine/v8/scopes/frame-scopes.ts';
import { jsFrameOf } from './frame-table.ts';
import type { Target } from './target.ts';
import { plainText } from './value-text.ts';
import { show } from './variables.ts';

const titles: Readonly<Record<ScopeKind, string>> = {
  local: 'Local',
  block: 'Block',
  closure: 'Closure',
  catch: 'Catch Block',
  script: 'Script',
  module: 'Module',
  with: 'With Block',
  eval: 'Eval',
  global: 'Global',
};

export function scopeTitle(kind: ScopeKind, name: string | null | undefined): string {
  if (name === null || name === undefined || name === '') return titles[kind];
  return kind === 'closure' ? `Closure (${name})` : `${titles[kind]}: ${name}`;
}

export function scopes(
  target: Target,
  args: DebugProtocol.ScopesArguments,
): DebugProtocol.ScopesResponse['body'] {
  const { thread, row } = target.frames.placed(args.frameId);
  const js = jsFrameOf(row);
  if (!js) return { scopes: [] };
  const inspector = target.core.inspectorOf(js.isolate);
  const found = row.kind === 'frame' ? target.core.scopes(thread, row.index) : frameScopes(js, inspector);
  const described = shownScopes(js, found, inspector).map((scope) => {
    const { variables } = scope;
    const result: DebugProtocol.Scope = {
      name: scopeTitle(scope.kind, scope.name),
      expensive: false,
      variablesReference: target.containers.add({
        kind: 'properties',
        inspector,
        properties: variables,
        note: scope.note,
      }),
      namedVariables: variables.length,
    };
    if (scope.kind === 'local') result.presentationHint = 'locals';
    return result;
  });
  return { scopes: [...described, globalScope(target, js)] };
}

/** The global object has thousands of properties: it is read when it is opened. */
function globalScope(target: Target, js: JsFrame): DebugProtocol.Scope {
  const inspector = target.core.inspectorOf(js.isolate);
  const { variablesReference } = show(target, inspector, inspector.globalOf(js), 'globalThis', plainText);
  return { name: titles.global, expensive: true, variablesReference };
}
