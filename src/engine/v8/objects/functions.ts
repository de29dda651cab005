import { Fault } from '../../absence.ts';
import type { Tagged } from '../../address.ts';
import { isBlank } from './blank-text.ts';
import type { HeapView } from './heap-view.ts';
import { findProperty } from './properties.ts';
import {
  sharedBuiltinId,
  sharedDebugName,
  sharedKind,
  sharedName,
  sharedRange,
  sharedScript,
  tokenPosition,
} from './shared-function.ts';

const NATIVE = 'function () { [native code] }';
const MAX_BOUND = 1000;

export function sharedOf(view: HeapView, fn: Tagged): Tagged {
  const shared = view.tagged(fn, view.layout.objects.function.shared);
  if (!view.isType(shared, view.layout.types.SHARED_FUNCTION_INFO)) {
    throw new Fault(view.base(fn), 'a function without a SharedFunctionInfo');
  }
  return shared;
}

/** JSFunction::GetDebugName: the own `name` where it is a plain string, else the shared one. */
export function functionName(view: HeapView, fn: Tagged): string {
  const own = findProperty(view, fn, (key) => key === view.isolate.root('name_string'));
  if (own && !own.isAccessor && view.isString(view.readable(own.value))) return view.string(own.value);
  return sharedDebugName(view, sharedOf(view, fn));
}

/** The function behind all bindings, or undefined if it is none of a program's. */
export function boundTarget(view: HeapView, fn: Tagged): Tagged | undefined {
  let word = fn;
  for (let i = 0; i < MAX_BOUND && view.isType(word, view.layout.types.JS_BOUND_FUNCTION); i++) {
    word = view.tagged(word, view.layout.objects.boundFunction.target);
  }
  return view.isFunction(word) ? word : undefined;
}

export function isClass(view: HeapView, fn: Tagged): boolean {
  const { firstClassConstructor, lastClassConstructor } = view.layout.code.functionKinds;
  const kind = sharedKind(view, sharedOf(view, fn));
  return kind >= firstClassConstructor && kind <= lastClassConstructor;
}

export function isGeneratorFunction(view: HeapView, fn: Tagged): boolean {
  const { firstGenerator, lastGenerator } = view.layout.code.functionKinds;
  const kind = sharedKind(view, sharedOf(view, fn));
  return kind >= firstGenerator && kind <= lastGenerator;
}

/** What Function.prototype.toString gives (JSFunction::ToString, objects/js-function.cc). */
export function functionText(view: HeapView, fn: Tagged): string {
  if (!view.isFunction(fn)) return NATIVE;
  const shared = sharedOf(view, fn);
  const range = functionRange(view, fn, shared);
  const script = sharedScript(view, shared);
  if (script === undefined) return nativeText(view, shared);
  const source = view.tagged(script, view.layout.code.script.source);
  if (!range || view.isNullish(source)) return nativeText(view, shared);
  const text = view.text(source, range.start, range.end);
  return wrappedText(view, shared, script, text) ?? text;
}

/** As `functionText`, for people: programs that are shipped as bytecode have blanks in place of their text. */
export function shownFunctionText(view: HeapView, fn: Tagged): string {
  const text = functionText(view, fn);
  if (!isBlank(text)) return text;
  const name = functionName(view, fn);
  return isClass(view, fn) ? `class ${name} { [no text] }` : `function ${name}() { [no text] }`;
}

function nativeText(view: HeapView, shared: Tagged): string {
  return `function ${sharedName(view, shared)}() { [native code] }`;
}

/** Functions that `compileFunction` wraps around a whole script have parameters that are not in its text. */
function wrappedText(view: HeapView, shared: Tagged, script: Tagged, body: string): string | undefined {
  const { script: o } = view.layout.code;
  const { shift, mask, wrapped } = view.layout.code.syntaxKinds;
  if (((view.u32(shared, view.layout.code.shared.flags) >>> shift) & mask) !== wrapped) return undefined;
  const list = view.tagged(script, o.evalFrom);
  const names: string[] = [];
  if (view.isType(list, view.layout.types.FIXED_ARRAY)) {
    for (let i = 0; i < Math.min(view.arrayLength(list), 1000); i++)
      names.push(view.string(view.element(list, i)));
  }
  return `function ${sharedName(view, shared)}(${names.join(', ')}) {\n${body}\n}`;
}

/** The class's text for class constructors, the function's from its first token for all others. */
function functionRange(
  view: HeapView,
  fn: Tagged,
  shared: Tagged,
): { start: number; end: number } | undefined {
  const range = sharedRange(view, shared);
  if (!range) return undefined;
  if (isClass(view, fn)) {
    const positions = findProperty(view, fn, (key) => key === view.isolate.root('class_positions_symbol'));
    if (positions && view.isType(view.readable(positions.value), view.layout.types.CLASS_POSITIONS)) {
      return { start: view.smi(positions.value, 8), end: view.smi(positions.value, 16) };
    }
  }
  return { start: tokenPosition(view, shared, range.start), end: range.end };
}

/** Script and character at which a function starts: what [[FunctionLocation]] gives. */
export function functionStart(
  view: HeapView,
  fn: Tagged,
): { readonly script: Tagged; readonly offset: number } | undefined {
  if (!view.isFunction(fn)) return undefined;
  const shared = sharedOf(view, fn);
  const script = sharedScript(view, shared);
  const range = sharedRange(view, shared);
  return script === undefined || !range ? undefined : { script, offset: range.start };
}

/** V8's name of the builtin that a function is. */
export function builtinName(view: HeapView, fn: Tagged): string | undefined {
  if (!view.isFunction(fn)) return undefined;
  const id = sharedBuiltinId(view, sharedOf(view, fn));
  return id === undefined ? undefined : view.runtime.builtins.byId[id]?.name;
}
