import { Fault } from '../../absence.ts';
import type { Tagged } from '../../address.ts';
import { baselineBytecodeOffset } from '../frames/baseline-offset-table.ts';
import { byteArray } from '../frames/heap-object.ts';
import type { ScriptLines, ScriptPosition } from '../frames/script-lines.ts';
import { bytecodeArrayIn } from '../frames/shared-function-info.ts';
import { positionAt } from '../frames/source-position-table.ts';
import { constructorName } from './constructor-name.ts';
import { functionName, isClass, sharedOf } from './functions.ts';
import type { HeapView } from './heap-view.ts';
import { named, prototypeChain } from './lookup.ts';
import { findProperty, storedProperties } from './properties.ts';
import { sharedName, sharedScript } from './shared-function.ts';
import { keyText } from './symbol.ts';

/** One frame that V8 captured for an Error's stack (objects/call-site-info.tq). */
export interface CallSite {
  readonly function: Tagged;
  readonly receiver: Tagged;
  readonly code: Tagged;
  /** Into the bytecode or the machine code that `code` is. */
  readonly codeOffset: number;
  readonly flags: number;
}

/** The captured frames in the value of an Error's private stack symbol; undefined if it is none. */
export function callSites(view: HeapView, value: Tagged): CallSite[] | undefined {
  const { types, objects } = view.layout;
  let array = value;
  if (view.isType(array, types.ERROR_STACK_DATA))
    array = view.tagged(array, objects.errorStackData.callSites);
  if (!view.isType(view.readable(array), types.FIXED_ARRAY)) return undefined;
  const { words } = objects.flatCallSite;
  const isBoxed = Number.isNaN(words) || holdsInfo(view, array);
  return isBoxed ? boxedSites(view, array) : flatSites(view, array, words);
}

function holdsInfo(view: HeapView, array: Tagged): boolean {
  const { CALL_SITE_INFO } = view.layout.types;
  return view.arrayLength(array) > 0 && view.isType(view.readable(view.element(array, 0)), CALL_SITE_INFO);
}

function boxedSites(view: HeapView, array: Tagged): CallSite[] {
  const o = view.layout.objects.callSite;
  const sites: CallSite[] = [];
  for (let i = 0; i < view.arrayLength(array); i++) {
    const info = view.element(array, i);
    if (!view.isType(view.readable(info), view.layout.types.CALL_SITE_INFO)) continue;
    sites.push(site((part) => view.tagged(info, o[part])));
  }
  return sites;
}

function flatSites(view: HeapView, array: Tagged, words: number): CallSite[] {
  const o = view.layout.objects.flatCallSite;
  const sites: CallSite[] = [];
  for (let i = 0; i + words <= view.arrayLength(array); i += words) {
    const at = i;
    const next = site((part) => view.element(array, at + o[part]));
    if (!view.isReceiver(view.readable(next.function))) break;
    sites.push(next);
  }
  return sites;
}

type Part = 'function' | 'receiver' | 'code' | 'codeOffset' | 'flags';

function site(read: (part: Part) => Tagged): CallSite {
  return {
    function: read('function'),
    receiver: read('receiver'),
    code: read('code'),
    codeOffset: read('codeOffset') / 0x1_0000_0000,
    flags: read('flags') / 0x1_0000_0000,
  };
}

/** Place of the call; undefined for builtins. A Fault where it cannot be read. */
export function callSitePosition(
  view: HeapView,
  lines: ScriptLines,
  site: CallSite,
): (ScriptPosition & { readonly script: Tagged }) | undefined {
  const { types, code: layout } = view.layout;
  const script = view.isFunction(view.readable(site.function))
    ? sharedScript(view, sharedOf(view, site.function))
    : undefined;
  if (script === undefined) return undefined;
  let code = view.readable(site.code);
  const wrapper = view.typeOrUndefined(code);
  if (wrapper === types.CODE_WRAPPER || wrapper === types.BYTECODE_WRAPPER) {
    code = view.readable(view.tagged(code, layout.wrapper.object));
  }
  const offset = view.isType(code, types.CODE)
    ? positionInCode(view, code, site.codeOffset)
    : positionInBytecode(view, code, site.codeOffset);
  if (offset === undefined) return undefined;
  const position = lines.at(script, offset);
  if (position === undefined) throw new Fault(view.base(script), "the script's text cannot be read");
  return { ...position, script };
}

function positionInBytecode(view: HeapView, bytecode: Tagged, offset: number): number | undefined {
  const { code, types } = view.layout;
  if (!view.isType(bytecode, types.BYTECODE_ARRAY)) return undefined;
  const table = byteArray(view.runtime, view.tagged(bytecode, code.bytecodeArray.sourcePositions));
  return table && positionAt(table, code.positionEncoding, offset, false)?.offset;
}

/** Baseline code says which bytecode a pc belongs to; optimized code has a position table of its own. */
function positionInCode(view: HeapView, word: Tagged, pc: number): number | undefined {
  const { code } = view.layout.code;
  const table = byteArray(view.runtime, view.tagged(word, code.sourcePositions));
  if (!table) return undefined;
  if ((view.u32(word, code.flags) & code.kindMask) !== code.kindBaseline) {
    return positionAt(table, view.layout.code.positionEncoding, pc, true)?.offset;
  }
  const bytecode = bytecodeArrayIn(view.runtime, word);
  if (bytecode === undefined) return undefined;
  const { length, data } = view.layout.code.bytecodeArray;
  const bytes = view.memory.bytes((view.base(bytecode) + data) as never, view.smi(bytecode, length));
  const offset = baselineBytecodeOffset(table, bytes, view.runtime.bytecodeSizes, pc);
  return offset === undefined ? undefined : positionInBytecode(view, bytecode, offset);
}

/** One line of a stack trace behind "    at " (SerializeCallSiteInfo, objects/call-site-info.cc). */
export function callSiteText(view: HeapView, lines: ScriptLines, site: CallSite): string {
  const name = siteFunctionName(view, site);
  const location = () => siteLocation(view, lines, site);
  const { isAsync, isConstructor } = view.layout.objects.callSiteFlags;
  const prefix = site.flags & isAsync ? 'async ' : '';
  if (site.flags & isConstructor) return `${prefix}new ${name || '<anonymous>'} (${location()})`;
  if (!isTopLevel(view, site)) return `${prefix}${methodCall(view, site, name)} (${location()})`;
  return name === '' ? `${prefix}${location()}` : `${prefix}${name} (${location()})`;
}

/** CallSiteInfo::GetFunctionName; '' if it has none. */
export function siteFunctionName(view: HeapView, site: CallSite): string {
  if (!view.isFunction(site.function)) return '';
  const name = functionName(view, site.function);
  if (name !== '') return name;
  const script = sharedScript(view, sharedOf(view, site.function));
  return script !== undefined && isEval(view, script) ? 'eval' : '';
}

function isTopLevel(view: HeapView, { receiver }: CallSite): boolean {
  return view.isNullish(receiver) || view.isType(view.readable(receiver), view.layout.types.JS_GLOBAL_PROXY);
}

function methodCall(view: HeapView, site: CallSite, name: string): string {
  // A name inferred from an assignment ("Module._load") stands alone.
  if (name !== '' && sharedName(view, sharedOf(view, site.function)) === '') return name;
  const type = typeName(view, site.receiver);
  const method = methodName(view, site);
  if (name === '') return `${type === '' ? '' : `${type}.`}${method || '<anonymous>'}`;
  const qualified = type !== '' && !name.startsWith(type) ? `${type}.${name}` : name;
  return method !== '' && !endsWithMethod(name, method) ? `${qualified} [as ${method}]` : qualified;
}

function typeName(view: HeapView, receiver: Tagged): string {
  const { types } = view.layout;
  if (view.isSmi(receiver)) return 'Number';
  if (view.isString(receiver)) return 'String';
  const type = view.typeOrUndefined(receiver);
  if (type === types.HEAP_NUMBER) return 'Number';
  if (type === types.SYMBOL) return 'Symbol';
  if (type === types.BIGINT) return 'BigInt';
  if (receiver === view.true || receiver === view.false) return 'Boolean';
  if (type === types.JS_PROXY) return 'Proxy';
  if (view.isFunction(receiver) && (view.layout.inspector.functionReceivers || isClass(view, receiver))) {
    const name = functionName(view, receiver);
    if (name !== '') return name;
  }
  return view.isReceiver(receiver) ? constructorName(view, receiver) : '';
}

function endsWithMethod(name: string, method: string): boolean {
  if (!name.endsWith(method)) return false;
  const before = name[name.length - method.length - 1];
  return before === undefined || before === '.' || before === ' ';
}

/** CallSiteInfo::GetMethodName: under which property the receiver or a prototype has the function. */
function methodName(view: HeapView, site: CallSite): string {
  if (!view.isReceiver(site.receiver) || !view.isFunction(site.function)) return '';
  const own = sharedName(view, sharedOf(view, site.function)).replace(/^[gs]et /, '');
  for (const holder of prototypeChain(view, site.receiver)) {
    if (view.isType(holder, view.layout.types.JS_PROXY)) return '';
    if (own === '') continue;
    const property = findProperty(view, holder, named(view, own));
    if (property && holds(view, property, site.function)) return own;
  }
  let found = '';
  for (const holder of prototypeChain(view, site.receiver)) {
    for (const property of storedProperties(view, holder)) {
      if (!holds(view, property, site.function) || !view.isString(property.key)) continue;
      // Ambiguous names are not given.
      if (found !== '') return '';
      found = keyText(view, property.key);
    }
  }
  return found;
}

function holds(view: HeapView, property: { value: Tagged; isAccessor: boolean }, fn: Tagged): boolean {
  if (!property.isAccessor) return property.value === fn;
  const { accessorPair } = view.layout.objects;
  if (!view.isType(view.readable(property.value), view.layout.types.ACCESSOR_PAIR)) return false;
  return (
    view.tagged(property.value, accessorPair.getter) === fn ||
    view.tagged(property.value, accessorPair.setter) === fn
  );
}

/** "file:line:column", "eval at f (file:1:2), <anonymous>:1:1", "<anonymous>". */
function siteLocation(view: HeapView, lines: ScriptLines, site: CallSite): string {
  const position = callSitePosition(view, lines, site);
  const script =
    position?.script ??
    (view.isFunction(site.function) ? sharedScript(view, sharedOf(view, site.function)) : undefined);
  const name = script === undefined ? '' : scriptName(view, script);
  const origin =
    name === '' && script !== undefined && isEval(view, script) ? `${evalOrigin(view, lines, script)}, ` : '';
  return `${origin}${name || '<anonymous>'}${position ? `:${position.line}:${position.column}` : ''}`;
}

/** A script's `//# sourceURL`, else its name (Script::GetNameOrSourceURL). */
export function scriptName(view: HeapView, script: Tagged): string {
  const { name, sourceUrl } = view.layout.code.script;
  for (const offset of [sourceUrl, name]) {
    const word = view.readable(view.tagged(script, offset));
    if (view.isString(word)) return view.string(word);
  }
  return '';
}

/** Script.flags: bit 0 is the compilation type, 1 = eval. */
function isEval(view: HeapView, script: Tagged): boolean {
  const word = view.tagged(script, view.layout.code.script.flags);
  return view.isSmi(word) && ((word / 0x1_0000_0000) & 1) === 1;
}

const MAX_NESTED_EVALS = 20;

/** "eval at f (file:1:2)" (FormatEvalOrigin). */
function evalOrigin(view: HeapView, lines: ScriptLines, script: Tagged): string {
  let text = '';
  let close = '';
  let current = script;
  for (let i = 0; i < MAX_NESTED_EVALS; i++) {
    const { evalFrom, evalFromPosition } = view.layout.code.script;
    const shared = view.tagged(current, evalFrom);
    if (!view.isType(shared, view.layout.types.SHARED_FUNCTION_INFO)) break;
    text += `eval at ${sharedName(view, shared) || '<anonymous>'}`;
    const from = sharedScript(view, shared);
    if (from === undefined) break;
    if (isEval(view, from) && scriptName(view, from) === '') {
      text += ' (';
      close += ')';
      current = from;
      continue;
    }
    const name = scriptName(view, from);
    const stored = view.smi(current, evalFromPosition);
    const position = lines.at(from, stored >= 0 ? stored : bytecodePosition(view, shared, -stored));
    text +=
      name === ''
        ? ' (unknown source)'
        : ` (${name}${position ? `:${position.line}:${position.column}` : ''})`;
    break;
  }
  return text + close;
}

/** Before it is first asked for, an eval's position is the negative bytecode offset of the call. */
function bytecodePosition(view: HeapView, shared: Tagged, offset: number): number {
  const bytecode = bytecodeArrayIn(view.runtime, view.tagged(shared, view.layout.code.shared.functionData));
  return (bytecode === undefined ? undefined : positionInBytecode(view, bytecode, offset)) ?? -1;
}
