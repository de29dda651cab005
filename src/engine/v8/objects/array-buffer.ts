import { type Address, address, type Tagged } from '../../address.ts';
import type { Value } from '../inspect.ts';
import type { HeapView } from './heap-view.ts';

export interface ArrayBufferInfo {
  readonly byteLength: number;
  readonly data: Address;
  readonly detached: boolean;
  readonly shared: boolean;
}

/** JSArrayBuffer (objects/js-array-buffer.tq). A resizable shared buffer's length is in its backing store. */
export function arrayBuffer(view: HeapView, object: Tagged): ArrayBufferInfo {
  const { arrayBuffer: offsets } = view.layout.objects;
  const bits = view.u32(object, offsets.bitField);
  const detached = (bits & offsets.detachedMask) !== 0;
  return {
    byteLength: detached ? 0 : view.pointer(object, offsets.byteLength),
    data: view.pointer(object, offsets.backingStore),
    detached,
    shared: (bits & offsets.sharedMask) !== 0,
  };
}

/** What a JSArrayBufferView looks at. */
export function viewedBuffer(view: HeapView, object: Tagged): { buffer: Value; byteOffset: number } {
  const { arrayBufferView } = view.layout.objects;
  const word = view.tagged(object, arrayBufferView.buffer);
  return { buffer: { kind: 'tagged', word }, byteOffset: view.pointer(object, arrayBufferView.byteOffset) };
}

export interface ViewInfo {
  readonly buffer: Tagged;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly data: Address;
}

/** JSDataView. */
export function dataView(view: HeapView, object: Tagged): ViewInfo {
  const { arrayBufferView, dataView: offsets } = view.layout.objects;
  const buffer = view.tagged(object, arrayBufferView.buffer);
  const { byteLength: whole, detached } = arrayBuffer(view, buffer);
  const byteOffset = view.pointer(object, arrayBufferView.byteOffset);
  const tracking = (view.u32(object, arrayBufferView.bitField) & 1) !== 0;
  const own: number = tracking
    ? Math.max(0, whole - byteOffset)
    : view.pointer(object, arrayBufferView.byteLength);
  return {
    buffer,
    byteOffset,
    byteLength: detached || byteOffset + own > whole ? 0 : own,
    data: detached ? address(0) : view.pointer(object, offsets.data),
  };
}
