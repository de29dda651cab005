import type { Constants, PerLine } from './constants.ts';
import { none } from './constants.ts';

/**
 * Instance types (objects/instance-type.h) that the engine asks for. Most have a `v8dbg_type_*` symbol; the
 * table holds those that lack one in some line, in the order of `nodeLines`.
 */
const table = {
  SYMBOL: 128,
  BIGINT: 129,
  HEAP_NUMBER: 130,
  ODDBALL: 131,
  HOLE: [none, none, 261, 269, 274],
  MAP: [250, 255, 264, 272, 278],
  CODE: [240, 245, 206, 187, 186],
  INSTRUCTION_STREAM: [none, 252, 210, 192, 192],
  BYTECODE_ARRAY: [195, 191, 205, 186, 185],
  BYTECODE_WRAPPER: [none, none, 149, 149, 148],
  CODE_WRAPPER: [none, none, 153, 153, 152],
  INTERPRETER_DATA: [162, 159, 207, 188, 187],
  SHARED_FUNCTION_INFO: [257, 262, 274, 282, 288],
  SHARED_FUNCTION_INFO_WRAPPER: [none, none, none, 195, 195],
  SCRIPT: [170, 167, 167, 167, 166],
  DEBUG_INFO: [156, 153, 154, 154, 153],
  SCOPE_INFO: [256, 261, 272, 280, 286],
  FEEDBACK_CELL: [159, 156, 157, 157, 156],
  FEEDBACK_VECTOR: [245, 249, 258, 266, 271],
  FEEDBACK_METADATA: [244, 248, 257, 265, 270],
  CELL: [239, 244, 251, 260, 263],
  CONTEXT_CELL: [none, none, none, none, 265],
  PROPERTY_CELL: [255, 260, 270, 278, 284],
  PROPERTY_ARRAY: [254, 259, 269, 277, 283],
  DESCRIPTOR_ARRAY: [233, 236, 241, 252, 254],
  STRONG_DESCRIPTOR_ARRAY: [234, 237, 242, 253, 255],
  TRANSITION_ARRAY: [238, 241, 248, 257, 259],
  FIXED_ARRAY: [179, 175, 174, 205, 205],
  FIXED_DOUBLE_ARRAY: [196, 192, 188, 218, 219],
  BYTE_ARRAY: [194, 190, 186, 217, 218],
  EXTERNAL_POINTER_ARRAY: [none, none, 187, none, none],
  TRUSTED_BYTE_ARRAY: [none, none, 212, 196, 196],
  TRUSTED_FIXED_ARRAY: [none, none, 213, 197, 197],
  TRUSTED_WEAK_FIXED_ARRAY: [none, none, none, 199, 199],
  PROTECTED_FIXED_ARRAY: [none, none, 211, 193, 193],
  PROTECTED_WEAK_FIXED_ARRAY: [none, none, none, 194, 194],
  WEAK_FIXED_ARRAY: [237, 240, 247, 256, 258],
  WEAK_ARRAY_LIST: [264, 274, 287, 295, 300],
  ARRAY_LIST: [none, none, 250, 259, 262],
  CLOSURE_FEEDBACK_CELL_ARRAY: [191, 187, 252, 261, 264],
  OBJECT_BOILERPLATE_DESCRIPTION: [192, 188, 266, 274, 280],
  SCRIPT_CONTEXT_TABLE: [193, 189, 273, 281, 287],
  SLOPPY_ARGUMENTS_ELEMENTS: [198, 194, 189, 219, 220],
  EMBEDDER_DATA_ARRAY: [243, 247, 256, 264, 269],
  FREE_SPACE: [247, 251, 260, 268, 274],
  FOREIGN: [204, 204, 204, 204, 204],
  PREPARSE_DATA: [253, 258, 268, 276, 282],
  WEAK_CELL: [265, 275, 288, 296, 301],
  SWISS_NAME_DICTIONARY: [261, 266, 278, 286, 292],
  ACCESSOR_PAIR: [143, 142, 140, 140, 140],
  ACCESSOR_INFO: [142, 242, 249, 258, 260],
  FUNCTION_TEMPLATE_INFO: [139, 139, 245, 247, 251],
  ERROR_STACK_DATA: [158, 155, 156, 156, 155],
  CALL_SITE_INFO: [154, 151, 150, 150, 149],
  STACK_FRAME_INFO: [173, 170, 170, 170, 169],
  STACK_TRACE_INFO: [none, none, none, 171, 170],
  TUPLE2: [175, 172, 172, 173, 172],
  ENUM_CACHE: [157, 154, 155, 155, 154],
  ALLOCATION_SITE: [146, 145, 143, 143, 261],
  PROMISE_REACTION: [166, 163, 163, 162, 160],
  PROMISE_CAPABILITY: [164, 161, 161, 161, 159],
  ASYNC_GENERATOR_REQUEST: [149, 148, 146, 146, 145],
  CLASS_POSITIONS: [155, 152, 152, 152, 151],
  SOURCE_TEXT_MODULE: [235, 238, 243, 254, 256],
  SYNTHETIC_MODULE: [236, 239, 244, 255, 257],
  SOURCE_TEXT_MODULE_INFO_ENTRY: [172, 169, 169, 169, 168],
  MODULE_REQUEST: [163, 160, 160, 160, 158],
  UNCOMPILED_DATA_WITH_PREPARSE_DATA: [217, 220, 200, 175, 174],
  UNCOMPILED_DATA_WITH_PREPARSE_DATA_AND_JOB: [218, 221, 201, 176, 175],
  UNCOMPILED_DATA_WITHOUT_PREPARSE_DATA: [219, 222, 202, 177, 176],
  UNCOMPILED_DATA_WITHOUT_PREPARSE_DATA_WITH_JOB: [220, 223, 203, 178, 177],
  REG_EXP_DATA: [none, none, none, 183, 182],
  ATOM_REG_EXP_DATA: [none, none, none, 184, 183],
  IR_REG_EXP_DATA: [none, none, none, 185, 184],
  WASM_EXPORTED_FUNCTION_DATA: [223, 226, 231, 181, 180],
  WASM_JS_FUNCTION_DATA: [224, 227, 232, 182, 181],
  WASM_CAPI_FUNCTION_DATA: [222, 225, 230, 180, 179],
  WASM_TYPE_INFO: [206, 273, 286, 294, 299],
  WASM_TRUSTED_INSTANCE_DATA: [none, none, 209, 191, 191],
  WASM_DISPATCH_TABLE: [none, none, 214, 189, 188],
  WASM_DISPATCH_TABLE_FOR_IMPORTS: [none, none, none, none, 200],
  REG_EXP_MATCH_INFO: [none, none, 271, 279, 285],
  DOUBLE_STRING_CACHE: [none, none, none, none, 268],
  // Dictionaries: the root map of each gives its type (see Layout.adoptRootTypes).
  ORDERED_HASH_MAP: [186, 182, 181, 212, 212],
  ORDERED_NAME_DICTIONARY: [none, none, none, none, none],
  SIMPLE_NUMBER_DICTIONARY: [none, none, none, none, none],
  SIMPLE_NAME_DICTIONARY: [none, none, none, none, none],
  HASH_TABLE: [none, none, none, none, none],
  NAME_TO_INDEX_HASH_TABLE: [none, none, none, none, none],
  REGISTERED_SYMBOL_TABLE: [none, none, none, none, none],
  ORDERED_HASH_SET: [187, 183, 182, 213, 213],
  NAME_DICTIONARY: [183, 179, 178, 209, 209],
  GLOBAL_DICTIONARY: [182, 178, 177, 208, 208],
  NUMBER_DICTIONARY: [185, 181, 180, 211, 211],
  EPHEMERON_HASH_TABLE: [181, 177, 176, 207, 207],
  JS_OBJECT: 1057,
  JS_SPECIAL_API_OBJECT: 1040,
  JS_API_OBJECT: 1058,
  JS_PRIMITIVE_WRAPPER: 1041,
  JS_PROXY: [268, 278, 291, 299, 304],
  JS_GLOBAL_OBJECT: [269, 279, 292, 300, 307],
  JS_GLOBAL_PROXY: [270, 280, 293, 301, 308],
  JS_MODULE_NAMESPACE: [271, 281, 294, 302, 305],
  JS_DEFERRED_MODULE_NAMESPACE: [none, none, none, none, 306],
  JS_ARRAY: [2104, 2113, 2115, 2119, 2121],
  JS_ARRAY_BUFFER: [2061, 2062, 2062, 2062, 2063],
  JS_TYPED_ARRAY: [2060, 2061, 2061, 2061, 2061],
  JS_DETACHED_TYPED_ARRAY: [none, none, none, none, 2062],
  JS_DATA_VIEW: 2059,
  JS_RAB_GSAB_DATA_VIEW: [none, 2060, 2060, 2060, 2060],
  JS_ARGUMENTS_OBJECT: [2103, 2112, 2114, 2118, 2120],
  JS_ARRAY_ITERATOR: [2105, 2114, 2116, 2120, 2122],
  JS_BOUND_FUNCTION: [2063, 2064, 2064, 2063, 2064],
  JS_WRAPPED_FUNCTION: [2064, 2065, 2065, 2064, 2065],
  JS_FUNCTION: [2065, 2066, 2066, 2065, 2066],
  JS_DATE: [2109, 2118, 2120, 2124, 2126],
  JS_ERROR: [2112, 2122, 2124, 2128, 2130],
  JS_FINALIZATION_REGISTRY: [2114, 2124, 2126, 2130, 2132],
  JS_ASYNC_FUNCTION_OBJECT: [2097, 2106, 2108, 2110, 2112],
  JS_ASYNC_GENERATOR_OBJECT: [2098, 2107, 2109, 2111, 2113],
  JS_GENERATOR_OBJECT: [2096, 2105, 2107, 2109, 2111],
  JS_MAP: [2099, 2108, 2110, 2112, 2114],
  JS_SET: [2100, 2109, 2111, 2113, 2115],
  JS_MAP_KEY_ITERATOR: [2091, 2092, 2093, 2092, 2099],
  JS_MAP_KEY_VALUE_ITERATOR: [2092, 2093, 2094, 2093, 2100],
  JS_MAP_VALUE_ITERATOR: [2093, 2094, 2095, 2094, 2101],
  JS_SET_KEY_VALUE_ITERATOR: [2094, 2095, 2096, 2095, 2102],
  JS_SET_VALUE_ITERATOR: [2095, 2096, 2097, 2096, 2103],
  JS_WEAK_MAP: [2101, 2110, 2112, 2116, 2118],
  JS_WEAK_SET: [2102, 2111, 2113, 2117, 2119],
  JS_WEAK_REF: [2140, 2151, 2153, 2157, 2157],
  JS_PROMISE: [2062, 2063, 2063, 2115, 2117],
  JS_REG_EXP: [2120, 2131, 2133, 2137, 2139],
  JS_REG_EXP_STRING_ITERATOR: [2121, 2132, 2134, 2138, 2140],
  JS_STRING_ITERATOR: [2128, 2138, 2140, 2144, 2146],
  JS_MESSAGE_OBJECT: [2117, 2127, 2129, 2133, 2135],
  JS_EXTERNAL_OBJECT: [2113, 2123, 2125, 2129, 2131],
  WASM_MODULE_OBJECT: [2144, 2156, 2158, 2163, 2163],
  WASM_MEMORY_OBJECT: [2143, 2155, 2157, 2162, 2162],
} as const satisfies Record<string, PerLine>;

export type InstanceTypeName = keyof typeof table;

/** Ranges and numbers; a type that the line does not have is NaN, so it never equals anything. */
export type InstanceTypes = { [name in InstanceTypeName]: number } & {
  /** Types below are strings. */
  readonly firstNonString: number;
  readonly firstContext: number;
  readonly lastContext: number;
  readonly firstFunction: number;
  readonly lastFunction: number;
  /** JSReceivers are the types from here on: JSProxy, JSGlobalObject, ..., JSObject, ... */
  readonly firstReceiver: number;
  readonly nativeContext: number;
  readonly functionContext: number;
};

/** Types of V8's hash tables that are laid out as FixedArrays and hold both keys and values. */
export function hashTables(types: InstanceTypes): readonly number[] {
  return [
    types.ORDERED_HASH_MAP,
    types.ORDERED_HASH_SET,
    types.ORDERED_NAME_DICTIONARY,
    types.NAME_DICTIONARY,
    types.GLOBAL_DICTIONARY,
    types.NUMBER_DICTIONARY,
    types.SIMPLE_NUMBER_DICTIONARY,
    types.SIMPLE_NAME_DICTIONARY,
    types.HASH_TABLE,
    types.NAME_TO_INDEX_HASH_TABLE,
    types.REGISTERED_SYMBOL_TABLE,
  ];
}

/** Roots whose map's instance type is that of `NAME`. */
export const rootMapOfType: Readonly<Partial<Record<InstanceTypeName, string>>> = {
  BIGINT: 'bigint_map',
  HOLE: 'hole_map',
  FREE_SPACE: 'free_space_map',
  FEEDBACK_METADATA: 'feedback_metadata_map',
  TRANSITION_ARRAY: 'transition_array_map',
  ORDERED_HASH_MAP: 'ordered_hash_map_map',
  ORDERED_HASH_SET: 'ordered_hash_set_map',
  NAME_DICTIONARY: 'name_dictionary_map',
  ORDERED_NAME_DICTIONARY: 'ordered_name_dictionary_map',
  SIMPLE_NUMBER_DICTIONARY: 'simple_number_dictionary_map',
  SIMPLE_NAME_DICTIONARY: 'simple_name_dictionary_map',
  HASH_TABLE: 'hash_table_map',
  NAME_TO_INDEX_HASH_TABLE: 'name_to_index_hash_table_map',
  REGISTERED_SYMBOL_TABLE: 'registered_symbol_table_map',
  GLOBAL_DICTIONARY: 'global_dictionary_map',
  NUMBER_DICTIONARY: 'number_dictionary_map',
  EPHEMERON_HASH_TABLE: 'ephemeron_hash_table_map',
  REG_EXP_MATCH_INFO: 'regexp_match_info_map',
  WASM_TYPE_INFO: 'wasm_type_info_map',
  WASM_TRUSTED_INSTANCE_DATA: 'wasm_trusted_instance_data_map',
  WASM_DISPATCH_TABLE: 'wasm_dispatch_table_map',
  WASM_DISPATCH_TABLE_FOR_IMPORTS: 'wasm_dispatch_table_for_imports_map',
};

export function instanceTypes(c: Constants): InstanceTypes {
  const types = {} as { [name in InstanceTypeName]: number };
  for (const [name, value] of Object.entries(table) as [InstanceTypeName, PerLine][]) {
    types[name] = c.field(`type:${name}`, value);
  }
  // The async kinds are named by symbols, the plain generator is their predecessor in the list.
  const generator = c.symbol('type:JS_ASYNC_FUNCTION_OBJECT');
  if (generator !== undefined) {
    types.JS_GENERATOR_OBJECT = generator - 1;
    c.derived('type:JS_GENERATOR_OBJECT');
  }
  const firstContext = c.constant('v8dbg_FirstContextType', [207, 205, 190, 220, 221]);
  const firstFunction = c.constant('v8dbg_FirstJSFunctionType', [2065, 2066, 2066, 2065, 2066]);
  return {
    ...types,
    firstNonString: c.constant('v8dbg_FirstNonstringType', 128),
    firstContext,
    lastContext: c.constant('v8dbg_LastContextType', [216, 214, 199, 229, 230]),
    firstFunction,
    lastFunction: c.constant('v8dbg_LastJSFunctionType', [2080, 2081, 2082, 2081, 2082]),
    firstReceiver: types.JS_PROXY,
    // objects/contexts.tq: await, block, catch, debug-evaluate, eval, function, module, native, script, with.
    functionContext: firstContext + 5,
    nativeContext: firstContext + 7,
  };
}
