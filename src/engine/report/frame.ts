import { hex } from '../address.ts';
import type { FrameInfo } from '../contract.ts';
import type { StackFrame } from '../stack/frame.ts';

/** A frame as the contract gives it, without scopes. */
export function frameInfo(frame: StackFrame): FrameInfo {
  const { js, module } = frame;
  return {
    kind: frame.kind,
    function: frame.functionName ?? null,
    source: js?.url ?? null,
    line: js?.position?.line ?? null,
    column: js?.position?.column ?? null,
    original: null,
    tier: js?.tier ?? null,
    inlined: js?.inlined ?? false,
    module: module?.path ?? null,
    offset: module === undefined ? null : frame.pc - module.start,
    address: hex(frame.pc),
    scopes: null,
  };
}
