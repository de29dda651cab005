import type { Address, Tagged } from '../address.ts';

/** Receives the named references of one object. */
export interface ReferenceSink {
  /**
   * `offset` is that of the field in the object, which is then not shown again as a hidden reference; -1
   * where the reference is no field of it.
   */
  named(type: number, name: string, target: Tagged, offset: number): void;
  indexed(type: number, index: number, target: Tagged, offset: number): void;
  /** Gives a nameless array or an internal object the name of its role. */
  tag(target: Tagged, name: string, type?: number): void;
  /** The field is raw data, or shown in another way. */
  skip(offset: number): void;
  /** Memory outside of the heap that the object owns. */
  native(name: string, label: string, at: Address, bytes: number): void;
}
