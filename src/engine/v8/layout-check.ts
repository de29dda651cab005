import { attemptOr } from '../absence.ts';
import { address, at, type Tagged } from '../address.ts';
import { bytecodeLength } from './frames/bytecode-length.ts';
import { byteArray } from './frames/heap-object.ts';
import { positionAt } from './frames/source-position-table.ts';
import { pagesOf } from './heap-pages.ts';
import { walkHeap } from './heap-walk.ts';
import type { Isolate } from './isolate.ts';
import { HeapView } from './objects/heap-view.ts';
import { scopeInfoParts } from './objects/scope-info.ts';

/** Constants that hold if objects of a kind look as they should. */
interface Check {
  readonly constants: readonly string[];
  /** Instance types of the objects to look at. */
  readonly types: readonly number[];
  /** True if the object fits; undefined if it says nothing. */
  test(word: Tagged): boolean | undefined;
}

/** Pages that are looked at, and objects per check. */
const MAX_PAGES = 24;
const MAX_SAMPLES = 200;
/** No check is decided by fewer. */
const MIN_SAMPLES = 3;

/**
 * Compares the constants that only a table gives with this dump: objects of each kind must look as the
 * layout says. What all samples agree with is recorded as derived. Returns the names that a sample
 * contradicted: what rests on these cannot be trusted.
 */
export function checkLayout(isolate: Isolate): string[] {
  const view = new HeapView(isolate);
  const { layout } = view;
  const checks = checksOf(view);
  const results = checks.map(() => ({ good: 0, bad: 0 }));
  const byType = new Map<number, number[]>();
  for (const [i, check] of checks.entries()) {
    for (const type of check.types) byType.set(type, [...(byType.get(type) ?? []), i]);
  }
  const pages = attemptOr([], () => pagesOf(isolate)).filter((p) => !p.isDead && !p.isLarge);
  const walked = walkHeap(
    view,
    (word, map) => {
      for (const i of byType.get(map.type) ?? []) {
        const result = results[i]!;
        if (result.good + result.bad >= MAX_SAMPLES) continue;
        const fits = attemptOr(false, () => checks[i]!.test(word));
        if (fits === true) result.good++;
        else if (fits === false) result.bad++;
      }
    },
    pages.slice(0, MAX_PAGES),
  );
  const contradicted: string[] = [];
  const settle = (names: readonly string[], good: number, bad: number) => {
    // A few objects may be garbage that was half swept.
    if (good >= MIN_SAMPLES && bad * 50 <= good) for (const name of names) layout.derived(name);
    else if (bad > good) contradicted.push(...names);
  };
  for (const [i, { good, bad }] of results.entries()) settle(checks[i]!.constants, good, bad);
  if (pages.length > 0) settle(pageConstants, pages.length, 0);
  settle(sizeConstants, walked.bytes, walked.skipped);
  return contradicted;
}

const pageConstants = [
  'kPageSize',
  'flags',
  'metadata',
  'size',
  'heap',
  'area_start',
  'area_end',
  'owner',
  'FROM_PAGE',
]
  .map((name) => `MemoryChunk.${name}`)
  .concat('Isolate.heap');

const sizeConstants = [
  'DescriptorArray.number_of_all_descriptors',
  'PropertyArray.length_and_hash',
  'PropertyArray.length_mask',
  'WeakArrayList.capacity',
  'FreeSpace.size_in_words',
  'FeedbackVector.kHeaderSize',
  'FeedbackMetadata.closures',
  'BigInt.bitfield',
];

function checksOf(view: HeapView): Check[] {
  const { types, objects, code } = view.layout;
  const is = (word: Tagged, ...of: number[]) => {
    const type = view.typeOrUndefined(word);
    return type !== undefined && of.includes(type);
  };
  const smi = (word: Tagged, offset: number, least: number, most: number) => {
    const value = view.tagged(word, offset);
    return view.isSmi(value) && value / 0x1_0000_0000 >= least && value / 0x1_0000_0000 <= most;
  };
  const field = (word: Tagged, offset: number, ...of: number[]) => is(view.tagged(word, offset), ...of);
  const text = (word: Tagged, offset: number) => {
    const value = view.tagged(word, offset);
    return view.isString(value) || value === view.undefined;
  };
  return [
    {
      constants: ['JSArray.length'],
      types: [types.JS_ARRAY],
      test: (w) => view.number(view.tagged(w, objects.array.length)) >= 0,
    },
    {
      constants: ['JSCollection.table'],
      types: [types.JS_MAP],
      test: (w) => field(w, objects.collection.table, types.ORDERED_HASH_MAP),
    },
    {
      constants: ['JSCollection.table', 'HashTable.kNumberOfElementsIndex', 'HashTable.kCapacityIndex'],
      types: [types.JS_WEAK_MAP, types.JS_WEAK_SET],
      test: (w) => field(w, objects.collection.table, types.EPHEMERON_HASH_TABLE),
    },
    {
      constants: ['JSBoundFunction.bound_target_function', 'JSBoundFunction.bound_arguments'],
      types: [types.JS_BOUND_FUNCTION],
      test: (w) =>
        view.isReceiver(view.tagged(w, objects.boundFunction.target)) &&
        field(w, objects.boundFunction.args, types.FIXED_ARRAY),
    },
    {
      constants: ['JSPromise.flags', 'JSPromise.reactions_or_result'],
      types: [types.JS_PROMISE],
      test: (w) => smi(w, objects.promise.flags, 0, 2 ** 30),
    },
    {
      constants: ['JSRegExp.flags', 'JSRegExp.data'],
      types: [types.JS_REG_EXP],
      test: (w) => (text(w, objects.regExp.source) ? smi(w, objects.regExp.flags, 0, 511) : undefined),
    },
    {
      constants: ['JSArrayBufferView.buffer', 'UINT8_ELEMENTS', 'BIGUINT64_ELEMENTS.after_uint8_clamped'],
      types: [types.JS_TYPED_ARRAY],
      test: (w) => {
        const { firstKind, kinds } = objects.typedArrayKinds;
        const kind = view.map(w).elementsKind;
        return (
          field(w, objects.arrayBufferView.buffer, types.JS_ARRAY_BUFFER) &&
          kind >= firstKind &&
          kind < firstKind + 2 * kinds.length
        );
      },
    },
    {
      constants: [
        'Script.id',
        'Script.line_offset',
        'Script.column_offset',
        'Script.flags',
        'Script.source_url',
      ],
      types: [types.SCRIPT],
      test: (w) =>
        smi(w, code.script.id, 0, 2 ** 30) &&
        smi(w, code.script.lineOffset, -1e6, 1e6) &&
        smi(w, code.script.flags, 0, 2 ** 20) &&
        text(w, code.script.sourceUrl) &&
        text(w, code.script.sourceMappingUrl),
    },
    {
      constants: ['Script.source_mapping_url', 'Script.shared_function_infos'],
      types: [types.SCRIPT],
      test: (w) => field(w, code.script.sharedFunctionInfos, types.WEAK_FIXED_ARRAY, types.WEAK_ARRAY_LIST),
    },
    {
      constants: [
        'ScopeInfo.flags',
        'ScopeInfo.flags_are_raw',
        'ScopeInfo.position_info.start',
        'ScopeInfo.position_info.end',
        'ScopeFlags.function_variable',
        'ScopeFlags.has_inferred_function_name',
        'ScopeFlags.has_saved_class_variable',
        'ScopeFlags.scope_type_mask',
        'ScopeType.FUNCTION_SCOPE',
        'kScopeInfoMaxInlinedLocalNamesSize',
      ],
      types: [types.SHARED_FUNCTION_INFO],
      test: (w) => functionStartsWithParameters(view, w),
    },
    {
      constants: [
        'BytecodeArray.source_position_table',
        'BytecodeArray.handler_table',
        'BytecodeArray.constant_pool',
        'BytecodeArray.frame_size',
        'BytecodeArray.parameter_size',
        'BytecodeArray.parameter_size_in_bytes',
        'SourcePositionTable.encoding',
      ],
      types: [types.BYTECODE_ARRAY],
      test: (w) => bytecodeFits(view, w),
    },
    {
      constants: ['TrustedWrapper.object'],
      types: [types.BYTECODE_WRAPPER],
      test: (w) => field(w, code.wrapper.object, types.BYTECODE_ARRAY),
    },
    {
      constants: ['PropertyCell.name', 'PropertyCell.property_details_raw'],
      types: [types.PROPERTY_CELL],
      test: (w) =>
        view.isString(view.tagged(w, 8))
          ? view.isSmi(view.tagged(w, objects.propertyCell.details))
          : undefined,
    },
    {
      constants: [
        'JSFunction.dispatch_handle',
        'kJSDispatchHandleShift',
        'kJSDispatchTableEntrySize',
        'kObjectPointerShift',
      ],
      types: Number.isNaN(objects.function.dispatchHandle) ? [] : [types.JS_FUNCTION],
      test: (w) => {
        const entry = view.isolate.dispatchEntry(view.u32(w, objects.function.dispatchHandle));
        return entry === undefined ? undefined : is(entry.code, types.CODE);
      },
    },
    {
      constants: ['Map.bit_field.is_callable'],
      types: [types.JS_FUNCTION, types.JS_OBJECT, types.JS_ARRAY],
      test: (w) => view.map(w).isCallable === view.isFunction(w),
    },
    {
      constants: [
        'JSGeneratorObject.function',
        'JSGeneratorObject.context',
        'JSGeneratorObject.continuation',
      ],
      types: [types.JS_GENERATOR_OBJECT, types.JS_ASYNC_FUNCTION_OBJECT, types.JS_ASYNC_GENERATOR_OBJECT],
      test: (w) =>
        view.isFunction(view.tagged(w, objects.generator.function)) &&
        view.isContext(view.tagged(w, objects.generator.context)) &&
        smi(w, objects.generator.continuation, -2, 2 ** 20),
    },
    {
      constants: ['FunctionTemplateInfo.class_name'],
      types: [types.FUNCTION_TEMPLATE_INFO],
      test: (w) => text(w, objects.functionTemplate.className),
    },
    {
      constants: ['PromiseReaction.next', 'PromiseReaction.promise_or_capability'],
      types: [types.PROMISE_REACTION],
      test: (w) => {
        const next = view.tagged(w, objects.promiseReaction.next);
        return view.isSmi(next) || is(next, types.PROMISE_REACTION);
      },
    },
  ];
}

/** The text of a declared function or method from its start position on begins with its parameter list. */
function functionStartsWithParameters(view: HeapView, shared: Tagged): boolean | undefined {
  const { types, code } = view.layout;
  const info = view.tagged(shared, code.shared.nameOrScopeInfo);
  const script = view.tagged(shared, code.shared.script);
  const { shift, mask } = code.syntaxKinds;
  const syntax = (view.u32(shared, code.shared.flags) >>> shift) & mask;
  // FunctionSyntaxKind: 2 declaration, 3 accessor or method.
  if (!view.isType(info, types.SCOPE_INFO) || !view.isType(script, types.SCRIPT)) return undefined;
  if (syntax !== 2 && syntax !== 3) return undefined;
  const { start, end } = scopeInfoParts(view, info);
  const source = view.tagged(script, code.script.source);
  if (!view.isString(source) || start === undefined || end === undefined) return undefined;
  const kind = view.u32(shared, code.shared.flags) & code.functionKinds.mask;
  // Class constructors that nobody wrote, and initializers, have no parameter list.
  if (kind >= code.functionKinds.firstClassConstructor && kind <= code.functionKinds.lastClassConstructor) {
    return undefined;
  }
  if (kind > code.functionKinds.lastGenerator) return undefined;
  const length = view.stringLength(source);
  return start < end && end <= length && view.text(source, start, start + 1) === '(';
}

function bytecodeFits(view: HeapView, bytecode: Tagged): boolean {
  const { types, code } = view.layout;
  const o = code.bytecodeArray;
  const base = view.base(bytecode);
  const pool = view.typeOrUndefined(view.tagged(bytecode, o.constantPool));
  if (pool !== types.FIXED_ARRAY && pool !== types.TRUSTED_FIXED_ARRAY) return false;
  if (byteArray(view.runtime, view.tagged(bytecode, o.handlerTable)) === undefined) return false;
  const frame = view.i32(bytecode, o.frameSize);
  const parameters = o.parametersInBytes
    ? view.i32(bytecode, o.parameters) / 8
    : view.memory.u16(at(base, o.parameters));
  if (!(frame >= 0 && frame % 8 === 0 && frame < 2 ** 24 && parameters >= 1 && parameters < 2 ** 16))
    return false;
  const length = view.smi(bytecode, o.length);
  const bytes = view.memory.bytes(address(base + o.data), length);
  let offset = 0;
  while (offset < length) {
    const size = bytecodeLength(bytes, offset, view.runtime.bytecodeSizes);
    if (size === 0) return false;
    offset += size;
  }
  const table = byteArray(view.runtime, view.tagged(bytecode, o.sourcePositions));
  const last = table && positionAt(table, code.positionEncoding, length, false);
  return offset === length && (last === undefined || last.inliningId === -1);
}
