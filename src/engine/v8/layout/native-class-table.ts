import type { PerLine } from './constants.ts';
import { none } from './constants.ts';

/**
 * | kind | at `at` stands |
 * | --- | --- |
 * | object | a pointer to an object that has a MemoryInfo of its own |
 * | bio | a pointer to OpenSSL's BIO, whose data is such an object |
 * | member | such an object, which counts beside its holder |
 * | byte source | a node::crypto::ByteSource, whose size is taken from the holder's |
 * | objects | a std::vector of pointers to such objects, `size` bytes each |
 * | members | a std::vector of such objects, `size` bytes each |
 * | queue | a std::deque of pointers or shared_ptrs to such objects, `size` bytes each |
 * | member queue | a std::deque of such objects, `size` bytes each |
 * | map | a std::unordered_map from int to pointers to such objects |
 * | stores | a std::vector of shared_ptrs to v8::BackingStores |
 * | store | a pointer to a v8::BackingStore |
 * | bytes | a std::vector of bytes, which is taken from the holder's size |
 * | extent | a std::vector whose content alone counts |
 * | string | a std::string |
 * | buffer | a pointer to `length` bytes |
 * | allocated | a pointer to `size` bytes |
 * | constant | nothing that is looked at: memory of `size` bytes |
 * | amount | a number of bytes that it has allocated; `size` such numbers in a row |
 * | histogram | a pointer to an hdr_histogram |
 * | handle | a v8::Global |
 */
export type NativeFieldKind =
  | 'object'
  | 'bio'
  | 'member'
  | 'byte source'
  | 'objects'
  | 'members'
  | 'queue'
  | 'member queue'
  | 'map'
  | 'stores'
  | 'store'
  | 'bytes'
  | 'extent'
  | 'string'
  | 'buffer'
  | 'allocated'
  | 'constant'
  | 'amount'
  | 'histogram'
  | 'handle';

/** A row of the table below: what MemoryInfo tells of in the order in which it does. */
export interface ClassRow {
  readonly name: string;
  /** Bytes of an object, which the offsets go with. */
  readonly size: PerLine;
  readonly fields: readonly FieldRow[];
}

interface FieldRow {
  readonly edge: string;
  readonly kind: NativeFieldKind;
  readonly at: PerLine;
  readonly name?: string;
  readonly size?: PerLine;
  readonly length?: PerLine;
  readonly lengthBytes?: number;
}

/** A field that has one edge and one place in all lines that have it. */
function field(kind: NativeFieldKind, edge: string, at: PerLine, size?: PerLine, name?: string): FieldRow {
  return { edge, kind, at, ...(size === undefined ? {} : { size }), ...(name === undefined ? {} : { name }) };
}

/** AliasedBuffers inside of a BaseObject, one behind the other (src/aliased_buffer.h). */
function buffers(...edges: readonly string[]): FieldRow[] {
  const each = 56;
  return edges.map((edge, i) => {
    const [older, newer] = [40 + each * i, 56 + each * i];
    return field('member', edge, [older, older, newer, newer, newer]);
  });
}

/** SelfSizes and MemoryInfos of streams of zlib: CompressionStream, src/node_zlib.cc. */
function stream(name: string, size: PerLine): ClassRow {
  return {
    name,
    size,
    fields: [
      field('member', 'compression context', [240, 240, 264, 256, 256]),
      // zlib_memory_ and unreported_allocations_
      field('amount', 'zlib_memory', [224, 224, 248, 224, 224], 2),
    ],
  };
}

const alias = (type: string): ClassRow => ({
  name: `AliasedBufferBase<${type}>`,
  size: 56,
  fields: [field('handle', 'js_array', 40)],
});

/** Where an object's own fields begin that has nothing but BaseObject's before. */
const own: PerLine = [32, 32, 48, 48, 48];

const parserBuffer: FieldRow = field('bytes', 'parser_buffer', own);

/**
 * MemoryInfo methods of Node's classes (src/*.cc), as the machine code of official builds reads the fields.
 * Classes that tell of nothing have no row; neither have what only containers of the standard library with
 * hashes hold.
 */
export const nativeClasses: readonly ClassRow[] = [
  ...['double, v8::Float64Array', 'unsigned char, v8::Uint8Array', 'int, v8::Int32Array'].map(alias),
  ...['unsigned int, v8::Uint32Array', 'long, v8::BigInt64Array'].map(alias),

  // src/node_blob.cc, src/dataqueue/queue.cc
  {
    name: 'Blob',
    size: [64, 48, 64, 64, 64],
    fields: [
      field('object', 'data_queue_', [none, 32, 48, 48, 48]),
      field('amount', 'store', [56, none, none, none, none], 1),
    ],
  },
  {
    name: 'DataQueueImpl',
    size: [none, 96, 152, 152, 152],
    fields: [field('objects', 'entries', 24, 8, 'std::vector<std::unique_ptr<Entry>>')],
  },
  { name: 'InMemoryEntry', size: [none, 40, 40, 40, 40], fields: [field('store', 'store', 8)] },
  { name: 'DataQueueEntry', size: [none, 24, 24, 24, 24], fields: [field('object', 'data_queue', 8)] },

  // src/node_messaging.cc
  {
    name: 'worker::MessagePort',
    size: [240, 240, 264, 256, 256],
    fields: [
      field('object', 'data', [88, 88, 112, 104, 104]),
      field('handle', 'emit_message_fn', [232, 232, 256, 248, 248]),
    ],
  },
  {
    name: 'worker::MessagePortData',
    size: 152,
    fields: [field('queue', 'incoming_messages', 48, 16)],
  },
  {
    name: 'worker::Message',
    size: [120, 136, 136, 136, 136],
    fields: [
      field('stores', 'array_buffers_', 24, 16),
      field('stores', 'shared_array_buffers', 48, 16),
      field('objects', 'transferables', 72, 8),
    ],
  },

  // src/node_file.cc, src/node_dir.cc
  {
    name: 'fs::FileHandle',
    size: [160, 160, 184, 208, 208],
    fields: [
      field('object', 'current_read', [144, 144, 168, 192, 192]),
      field('string', 'original_name', [none, none, none, 136, 136]),
    ],
  },
  {
    name: 'fs::BindingData',
    size: [288, 296, 312, 312, 312],
    fields: [
      ...buffers(
        'stats_field_array',
        'stats_field_bigint_array',
        'statfs_field_array',
        'statfs_field_bigint_array',
      ),
      field('objects', 'file_handle_read_wrap_freelist', [264, 264, 280, 280, 280], 8),
    ],
  },
  {
    name: 'fs_dir::DirHandle',
    size: [96, 96, 120, 112, 112],
    fields: [field('constant', 'dir', 0, 56)],
  },

  // Bindings
  {
    name: 'process::BindingData',
    size: [none, 104, 120, 120, 120],
    fields: buffers('hrtime_buffer'),
  },
  {
    name: 'v8_utils::BindingData',
    size: [208, 216, 232, 232, 232],
    fields: buffers('heap_statistics_buffer', 'heap_space_statistics_buffer', 'heap_code_statistics_buffer'),
  },
  {
    name: 'mksnapshot::BindingData',
    size: [none, 104, 120, 120, 120],
    fields: buffers('is_building_snapshot_buffer'),
  },
  {
    name: 'encoding_binding::BindingData',
    size: [none, 104, 120, 120, 120],
    fields: buffers('encode_into_results_buffer'),
  },
  {
    name: 'diagnostics_channel::BindingData',
    size: [none, none, none, 224, 280],
    fields: buffers('subscribers'),
  },
  { name: 'url::BindingData', size: [96, 96, 112, 112, 112], fields: buffers('url_components_buffer') },
  { name: 'BindingData', size: [64, 64, none, none, none], fields: [parserBuffer] },
  { name: 'http_parser::BindingData', size: [none, none, 80, 80, 80], fields: [parserBuffer] },
  {
    name: 'http2::Http2State',
    size: [424, 424, 440, 440, 440],
    fields: [field('member', 'root_buffer', own)],
  },

  // src/node_http2.cc; of its headers only that they are there
  {
    name: 'http2::Http2Session',
    size: [640, 824, 856, 848, 840],
    fields: [
      field('map', 'streams', [248, 248, 272, 264, 264]),
      field('queue', 'outstanding_pings', [376, 376, 400, 392, 384], 8),
      field('queue', 'outstanding_settings', [464, 464, 488, 480, 472], 8),
      field('members', 'outgoing_buffers', [544, 720, 744, 736, 728], 32),
      field('amount', 'stream_buf', [328, 328, 352, 344, 344], 1),
      field('extent', 'outgoing_storage', [568, 744, 768, 760, 752]),
      field('extent', 'pending_rst_streams', [600, 776, 800, 792, 784]),
      field('amount', 'nghttp2_memory', [240, 240, 264, 256, 256], 1),
    ],
  },
  {
    name: 'http2::Http2Stream',
    size: [368, 368, 400, 392, 392],
    fields: [
      field('members', 'current_headers', [224, 224, 256, 248, 248], 72),
      field('member queue', 'queue', [256, 256, 288, 280, 280], 32),
    ],
  },

  // src/node_zlib.cc
  stream('ZlibStream', [464, 464, 488, 480, 480]),
  stream('BrotliCompressionStream<BrotliEncoderContext>', [336, 336, 360, 368, 368]),
  stream('BrotliCompressionStream<BrotliDecoderContext>', [368, 368, 392, 392, 392]),
  stream('ZstdStream<ZstdCompressContext>', [none, none, 416, 424, 424]),
  stream('ZstdStream<ZstdDecompressContext>', [none, none, 408, 408, 424]),
  { name: 'ZlibContext', size: 224, fields: [field('bytes', 'dictionary', 88)] },

  // src/crypto
  {
    name: 'crypto::Hash',
    size: [72, 72, 88, 88, 88],
    fields: [
      field('allocated', 'mdctx', own, 48),
      {
        edge: 'md',
        kind: 'buffer',
        at: [48, 48, 64, none, none],
        length: [40, 40, 56, none, none],
        lengthBytes: 4,
      },
      field('byte source', 'md', [none, none, none, 64, 64]),
    ],
  },
  {
    name: 'crypto::Hmac',
    size: [40, 40, 56, 72, 72],
    fields: [field('allocated', 'context', [32, 32, 48, 56, 56], 32)],
  },
  ...['crypto::Sign', 'crypto::Verify'].map(
    (name): ClassRow => ({
      name,
      size: [40, 40, 56, 56, 56],
      fields: [field('allocated', 'mdctx', own, 48)],
    }),
  ),
  {
    name: 'crypto::CipherBase',
    size: [80, 80, 96, 96, 96],
    fields: [field('allocated', 'context', own, 168)],
  },
  {
    name: 'crypto::ECDH',
    size: [48, 48, 64, 80, 96],
    fields: [field('allocated', 'key', own, 80)],
  },
  {
    name: 'crypto::DiffieHellman',
    size: [48, 48, 56, none, none],
    fields: [field('allocated', 'dh', [40, 40, 48, none, none], 144)],
  },
  {
    name: 'crypto::SecureContext',
    size: [none, none, none, 200, 200],
    fields: [
      field('allocated', 'ctx', 48, 240),
      field('allocated', 'cert', 56, 128),
      field('allocated', 'issuer', 64, 128),
    ],
  },
  {
    name: 'crypto::TLSWrap',
    size: [464, 464, 488, 480, 368],
    fields: [
      field('handle', 'ocsp_response', [280, 280, 304, 296, 192]),
      field('object', 'sni_context', [288, 288, 312, 304, 200]),
      field('string', 'error', [352, 352, 376, 368, 272]),
      field('store', 'pending_cleartext_input', [320, 320, 344, 336, 232]),
      field('bio', 'enc_in', [304, 304, 328, 320, 216]),
      field('bio', 'enc_out', [312, 312, 336, 328, 224]),
    ],
  },
  {
    name: 'crypto::NodeBIO',
    size: 64,
    fields: [field('amount', 'buffer', 24, 1, 'NodeBIO::Buffer')],
  },
  { name: 'crypto::X509Certificate', size: [56, 56, 72, 72, 72], fields: [field('object', 'cert', own)] },

  // src/histogram.cc
  { name: 'HistogramBase', size: [48, 48, 64, 64, 64], fields: [field('object', 'histogram', own)] },
  {
    name: 'IntervalHistogram',
    size: [296, 296, 320, 288, 288],
    fields: [field('object', 'histogram', [88, 88, 112, 104, 104])],
  },
  { name: 'Histogram', size: [80, 80, 80, 136, 160], fields: [field('histogram', 'histogram', 8)] },

  // src/node_diagnostics_channel.cc
  {
    name: 'diagnostics_channel::Channel',
    size: [none, none, none, 112, 112],
    fields: [field('handle', 'js_channel', 96), field('handle', 'publish_fn', 104)],
  },
];
