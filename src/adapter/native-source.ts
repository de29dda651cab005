/** What is shown for a frame that has no source: what is known of its code. */
import { baseName } from '../configuration/paths.ts';
import { hex } from '../engine/address.ts';
import type { FrameInfo } from '../engine/contract.ts';
import type { Module } from '../engine/modules/module.ts';

const titles: Readonly<Record<FrameInfo['kind'], string>> = {
  js: 'JavaScript frame',
  builtin: 'Builtin of V8',
  native: 'Native frame',
  wasm: 'WebAssembly frame',
  internal: 'Frame of V8 itself',
};

/** The place that the call stack names beside the frame: where names are equal, VS Code shows parts of paths. */
export function nativeSourceName(info: FrameInfo): string {
  if (info.module === null) return info.address ?? 'no module';
  const module = baseName(info.module);
  return info.offset === null ? module : `${module}+0x${info.offset.toString(16)}`;
}

/** A page of text on a frame of native code: function, module, build-id, offset, address. */
export function nativeSourceText(info: FrameInfo, module: Module | undefined): string {
  const rows: [string, string][] = [
    ['function', info.function ?? '(no symbol)'],
    ['module', info.module ?? '(none)'],
    ['build-id', module?.buildId ?? '(unknown)'],
    ['offset', info.offset === null ? '(unknown)' : `+0x${info.offset.toString(16)}`],
    ['address', info.address ?? '(unknown)'],
  ];
  if (module?.imageFile !== undefined) rows.push(['read from', module.imageFile]);
  const start = module?.mappings[0]?.start;
  if (start !== undefined) rows.push(['mapped at', hex(start)]);
  const body = rows.map(([name, value]) => `${name.padEnd(10)}${value}`);
  return `${titles[info.kind]}: a dump holds no source of it.\n\n${body.join('\n')}\n`;
}
