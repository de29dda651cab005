import type { JsFrame } from '../v8/frames/js-frame.ts';
import type { Property } from '../v8/inspect.ts';
import type { V8Inspector } from '../v8/inspector.ts';
import { dataProperty } from '../v8/property.ts';
import type { FrameScope } from '../v8/scopes/frame-scopes.ts';
import { frameThis } from '../v8/scopes/frame-this.ts';

/**
 * The scopes of a frame as debuggers show them to people: V8's, with `this` first in the function's own scope,
 * as VS Code's JavaScript debugger puts it there.
 */
export function shownScopes(
  js: JsFrame,
  scopes: readonly FrameScope[],
  inspector: V8Inspector,
): readonly FrameScope[] {
  const own = scopes.findIndex(({ kind }) => kind === 'local' || kind === 'module' || kind === 'eval');
  return scopes.map((scope, i) =>
    i === own ? { ...scope, variables: [thisOf(js, inspector), ...scope.variables] } : scope,
  );
}

function thisOf(js: JsFrame, inspector: V8Inspector): Property {
  return dataProperty('this', frameThis(js, inspector), { writable: false, configurable: false });
}
