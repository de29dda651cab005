import type { Constants, PerLine } from './constants.ts';
import { none } from './constants.ts';
import { type ClassRow, type NativeFieldKind, nativeClasses } from './native-class-table.ts';

/**
 * One thing that the MemoryInfo method of a class of Node's C++ tells of (src/memory_tracker-inl.h). Offsets are
 * bytes from the start of the object.
 */
export interface NativeField {
  /** How the edge to it is named. */
  readonly edge: string;
  readonly kind: NativeFieldKind;
  readonly at: number;
  /** The node's name, where it is not the class's own or the edge's. */
  readonly name: string;
  /** Bytes: of the memory behind a pointer, or of one element. */
  readonly size: number;
  /** Where the length of a buffer stands, and how many bytes it has. */
  readonly length: number;
  readonly lengthBytes: number;
}

/** A class of Node's C++ and what its objects own. */
export interface NativeClass {
  /** As constants call it. */
  readonly constant: string;
  /** Bytes of an object in builds that the offsets hold for. */
  readonly size: number;
  readonly fields: readonly NativeField[];
}

/** What the graph needs to know of objects of Node's C++; offsets in bytes, slots as indexes into a vtable. */
export function nativeLayout(c: Constants) {
  return {
    /** By the class's name without "node::" and anonymous namespaces. */
    classes: new Map(nativeClasses.map((row) => [row.name, classOf(c, row)])),
    /** BaseObject: vtable, persistent handle. */
    persistentHandle: c.table('BaseObject.persistent_handle_', 8),
    /** MemoryRetainer's and BaseObject's virtual methods (src/memory_tracker.h, src/base_object.h). */
    slots: {
      name: c.table('MemoryRetainer.MemoryInfoName.slot', 3),
      size: c.table('MemoryRetainer.SelfSize.slot', 4),
      isDone: c.table('BaseObject.IsDoneInitializing.slot', [8, 8, 8, 9, 9]),
    },
    /** TCPWrap's name follows from the kind of AsyncWrap that it is (src/tcp_wrap.h). */
    tcpWrap: {
      provider: c.table('AsyncWrap.provider_type_', [32, 32, 48, 48, 48]),
      names: new Map([
        [c.table('AsyncWrap.PROVIDER_TCPSERVERWRAP', [0x23, 0x23, 0x27, 0x27, 0x29]), 'TCPServerWrap'],
        [c.table('AsyncWrap.PROVIDER_TCPWRAP', [0x24, 0x24, 0x28, 0x28, 0x2a]), 'TCPSocketWrap'],
      ]),
    },
    /** Objects of V8's C++ heap (include/cppgc, src/cppgc_helpers.h): lines that have such wrappers. */
    cppHeap: {
      /** JSAPIObjectWithEmbedderSlots.cpp_heap_wrappable. */
      wrappable: c.table('JSAPIObject.cpp_heap_wrappable', [none, none, none, 24, 24]),
      /** NameProvider::GetHumanReadableName. */
      nameSlot: c.table('cppgc.NameProvider.GetHumanReadableName.slot', 2),
      /** HeapObjectHeader.encoded_low_, before the object: one bit of marking, then words with the header. */
      headerSize: c.table('cppgc.HeapObjectHeader.encoded_low_', -2),
      /** CppgcMixin.traced_reference_, then those of the class, which it traces in this order. */
      references: new Map([
        ['', [c.table('CppgcMixin.traced_reference_', 32)]],
        ['contextify::ContextifyScript', [c.table('ContextifyScript.script_', 40)]],
        ['contextify::ContextifyContext', [c.table('ContextifyContext.context_', 40)]],
      ]),
    },
    /** v8::internal::BackingStore.byte_length_ (src/objects/backing-store.h). */
    backingStoreLength: c.table('BackingStore.byte_length_', 8),
    /** bio_st.ptr of OpenSSL 3. */
    bioData: c.table('bio_st.ptr', 64),
    /** hdr_histogram.counts_len, and its size (deps/histogram/src/hdr_histogram.c). */
    histogram: { counts: c.table('hdr_histogram.counts_len', 80), size: c.table('hdr_histogram.size', 104) },
  };
}

export type NativeLayout = ReturnType<typeof nativeLayout>;

/** All constants of a class go by one name: they hold, or do not, together. */
function classOf(c: Constants, { name, size, fields }: ClassRow): NativeClass {
  const constant = `MemoryInfo of ${name}`;
  const read = (table: PerLine) => c.table(constant, table);
  return {
    constant,
    size: read(size),
    fields: fields
      .map((f) => ({
        edge: f.edge,
        kind: f.kind,
        at: read(f.at),
        name: f.name ?? f.edge,
        size: read(f.size ?? 8),
        length: read(f.length ?? none),
        lengthBytes: f.lengthBytes ?? 8,
      }))
      .filter((f) => !Number.isNaN(f.at)),
  };
}
