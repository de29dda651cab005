import { type Address, hex } from '../address.ts';
import type { FrameInfo } from '../contract.ts';
import type { Module } from '../modules/module.ts';
import type { CapturedFrame } from '../process/captured-frames.ts';
import type { StackFrame } from '../stack/frame.ts';
import type { JsFrame } from '../v8/frames/js-frame.ts';
import { debugName } from '../v8/frames/shared-function-info.ts';

/** A frame as the contract gives it, without scopes. */
export function frameInfo(frame: StackFrame): FrameInfo {
  const { js, wasm, module } = frame;
  return {
    kind: frame.kind,
    function: frame.functionName ?? null,
    source: js?.url ?? wasm?.url ?? null,
    // The inspector shows a module as one line, with its bytes as columns.
    line: js?.position?.line ?? (wasm?.offset === undefined ? null : 1),
    column: js?.position?.column ?? (wasm?.offset === undefined ? null : wasm.offset + 1),
    wasmFunction: wasm?.index ?? null,
    original: null,
    tier: js?.tier ?? null,
    inlined: js?.inlined ?? wasm?.inlined ?? false,
    module: module?.path ?? null,
    offset: module === undefined ? null : offsetIn(module, frame.pc),
    address: hex(frame.pc),
    scopes: null,
  };
}

/** Where a frame of WebAssembly stands, as V8's stack traces write it: "wasm-function[1]:0x31". */
export function wasmPlace(frame: FrameInfo): string {
  const offset = frame.column === null ? '' : `:0x${(frame.column - 1).toString(16)}`;
  return `wasm-function[${frame.wasmFunction}]${offset}`;
}

/** By file offset, since parts of a file can be mapped a second time far away (V8's builtins). */
function offsetIn(module: Module, pc: Address): number {
  const link = module.linkAddressOf(pc);
  return (link === undefined ? pc : link + module.bias) - module.start;
}

/** What no frame has that is not on a stack any more. */
const notOnStack = {
  wasmFunction: null,
  original: null,
  tier: null,
  inlined: false,
  module: null,
  offset: null,
  address: null,
  scopes: null,
} as const;

/** A frame of an error's stack, captured when the error was made. */
export function capturedFrameInfo(frame: CapturedFrame): FrameInfo {
  return {
    kind: frame.url === undefined ? 'builtin' : 'js',
    function: frame.function === '' ? null : frame.function,
    source: frame.url ?? null,
    line: frame.line ?? null,
    column: frame.column ?? null,
    ...notOnStack,
  };
}

/** A frame that is not on a stack: a suspended async function or generator, at its `await` or `yield`. */
export function suspendedFrameInfo(js: JsFrame): FrameInfo {
  return {
    kind: 'js',
    function: debugName(js.isolate.runtime, js.sharedFunctionInfo) ?? null,
    source: js.url ?? null,
    line: js.position?.line ?? null,
    column: js.position?.column ?? null,
    ...notOnStack,
  };
}

/** What stands between functions that await each other: "Promise.all" and its like. */
export function combinatorFrameInfo(name: string): FrameInfo {
  return { kind: 'builtin', function: name, source: null, line: null, column: null, ...notOnStack };
}
