import type { Constants } from './constants.ts';
import { none } from './constants.ts';

/**
 * Field offsets of heap objects, in bytes from the untagged address, grouped by V8's class names
 * (src/objects/*.tq). A field that the line does not have is NaN.
 */
export function objectLayout(c: Constants) {
  const f = (name: string, table: Parameters<Constants['field']>[1]) => c.field(name, table);
  const t = (name: string, table: Parameters<Constants['field']>[1]) => c.table(name, table);
  return {
    map: {
      instanceSizeInWords: f('Map.instance_size_in_words', 8),
      inObjectStart: f('Map.inobject_properties_start_or_constructor_function_index', 9),
      usedOrUnused: t('Map.used_or_unused_instance_size_in_words', 10),
      instanceType: f('Map.instance_type', 12),
      bitField: f('Map.bit_field', 14),
      bitField2: f('Map.bit_field2', 15),
      bitField3: f('Map.bit_field3', 16),
      prototype: f('Map.prototype', 24),
      constructorOrBackPointer: f('Map.constructor_or_back_pointer', 32),
      descriptors: c.constant('v8dbg_class_Map__instance_descriptors_offset', 40),
      dependentCode: f('Map.dependent_code', 48),
      validityCell: t('Map.prototype_validity_cell', 56),
      transitions: f('Map.raw_transitions', 64),
      elementsKindShift: c.constant('v8dbg_bit_field2_elements_kind_shift', 2),
      elementsKindMask: c.constant('v8dbg_bit_field2_elements_kind_mask', 252),
      ownDescriptorsShift: c.constant('v8dbg_bit_field3_number_of_own_descriptors_shift', 10),
      ownDescriptorsMask: c.constant('v8dbg_bit_field3_number_of_own_descriptors_mask', 0xffc00),
      isDictionaryShift: c.constant('v8dbg_bit_field3_is_dictionary_map_shift', 21),
      /** Bits of bit_field: objects/map.tq MapBitFields1. */
      hasNamedInterceptor: 1 << t('Map.bit_field.has_named_interceptor', 2),
      hasIndexedInterceptor: 1 << t('Map.bit_field.has_indexed_interceptor', 3),
      isUndetectable: 1 << t('Map.bit_field.is_undetectable', 4),
      isCallable: 1 << t('Map.bit_field.is_callable', 1),
      isConstructor: 1 << t('Map.bit_field.is_constructor', 6),
      /** Bit of bit_field2: instances come from `new F` where F is also new.target. */
      newTargetIsBase: 1 << t('Map.bit_field2.new_target_is_base', 0),
      /** Bits of bit_field3: MapBitFields3. */
      isPrototypeMap: 1 << t('Map.bit_field3.is_prototype_map', 20),
      isExtensible: 1 << t('Map.bit_field3.is_extensible', 27),
    },
    string: {
      hash: t('Name.raw_hash_field', 8),
      length: f('String.length', 12),
      chars: f('SeqOneByteString.chars', 16),
      consFirst: f('ConsString.first', 16),
      consSecond: f('ConsString.second', 24),
      slicedParent: f('SlicedString.parent', 16),
      slicedOffset: f('SlicedString.offset', 24),
      thinActual: f('ThinString.actual', 16),
      externalResource: f('ExternalString.resource', 16),
      /** Cached data pointer of an external string; absent when the type's uncached bit is set. */
      externalData: t('ExternalString.resource_data', 24),
      /** Offset of the data pointer inside of the resource. */
      resourceData: c.constant('nodedbg_offset_ExternalString__data__uintptr_t', 8),
      representationMask: c.constant('v8dbg_StringRepresentationMask', 7),
      seqTag: c.constant('v8dbg_SeqStringTag', 0),
      consTag: c.constant('v8dbg_ConsStringTag', 1),
      externalTag: c.constant('v8dbg_ExternalStringTag', 2),
      slicedTag: c.constant('v8dbg_SlicedStringTag', 3),
      thinTag: c.constant('v8dbg_ThinStringTag', 5),
      encodingMask: c.constant('v8dbg_StringEncodingMask', 8),
      oneByteTag: c.constant('v8dbg_OneByteStringTag', 8),
      uncachedMask: t('kUncachedExternalStringMask', 16),
      /** In bit 5 of a string's type: not internalized. */
      notInternalizedMask: t('kIsNotInternalizedMask', 32),
    },
    symbol: {
      flags: t('Symbol.flags', 12),
      description: f('Symbol.name', 16),
      /** Bits of flags: objects/name.tq SymbolFlags. */
      isPrivate: t('Symbol.flags.private_mask', [1, 1, 1, 1, 3]),
      isPrivateName: t('Symbol.flags.private_name_mask', [16, 16, 16, 16, 2]),
      /** All of its bits. */
      isPrivateBrand: t('Symbol.flags.private_brand_mask', [32, 32, 32, 32, 3]),
    },
    heapNumber: { value: f('HeapNumber.value', 8) },
    bigInt: { bitField: t('BigInt.bitfield', 8), digits: t('BigInt.digits', 16) },
    fixedArray: { length: f('FixedArrayBase.length', 8), data: f('FixedArray.data', 16) },
    weakArrayList: {
      capacity: t('WeakArrayList.capacity', 8),
      length: t('WeakArrayList.length', 16),
      data: t('WeakArrayList.objects', 24),
    },
    propertyArray: {
      lengthAndHash: t('PropertyArray.length_and_hash', 8),
      lengthMask: t('PropertyArray.length_mask', 0x3ff),
      data: t('PropertyArray.objects', 16),
    },
    propertyCell: {
      name: t('PropertyCell.name', 8),
      details: t('PropertyCell.property_details_raw', 16),
      value: t('PropertyCell.value', 24),
    },
    cell: { value: t('Cell.value', 8) },
    contextCell: {
      value: t('ContextCell.tagged_value', 8),
      state: t('ContextCell.state', [none, none, none, none, 24]),
      double: t('ContextCell.double_value', [none, none, none, none, 32]),
    },
    foreign: { address: t('Foreign.foreign_address', 8) },
    descriptors: {
      count: t('DescriptorArray.number_of_all_descriptors', 8),
      enumCache: t('DescriptorArray.enum_cache', 16),
      header: f('DescriptorArray.header_size', [24, 24, 24, 24, 32]),
      entryWords: c.constant('v8dbg_prop_desc_size', 3),
      key: c.constant('v8dbg_prop_desc_key', 0),
      details: c.constant('v8dbg_prop_desc_details', 1),
      value: c.constant('v8dbg_prop_desc_value', 2),
    },
    details: {
      kindMask: c.constant('v8dbg_prop_kind_mask', 1),
      kindAccessor: c.constant('v8dbg_prop_kind_Accessor', 1),
      attributesShift: c.constant('v8dbg_prop_attributes_shift', 2),
      attributesMask: c.constant('v8dbg_prop_attributes_mask', 28),
      locationMask: c.constant('v8dbg_prop_location_mask', 32),
      representationShift: c.constant('v8dbg_prop_representation_shift', 6),
      representationMask: c.constant('v8dbg_prop_representation_mask', 448),
      representationDouble: c.constant('v8dbg_prop_representation_double', 2),
      indexShift: c.constant('v8dbg_prop_index_shift', 19),
      indexMask: c.constant('v8dbg_prop_index_mask', 0x1ff80000),
      readOnly: c.constant('v8dbg_prop_attributes_READ_ONLY', 1),
      dontEnum: c.constant('v8dbg_prop_attributes_DONT_ENUM', 2),
      dontDelete: c.constant('v8dbg_prop_attributes_DONT_DELETE', 4),
      /** In dictionaries: the enumeration index (PropertyDetails::DictionaryStorageField). */
      dictionaryIndexShift: t('PropertyDetails.dictionary_index_shift', 8),
      dictionaryIndexBits: t('PropertyDetails.dictionary_index_bits', 23),
    },
    hashTable: {
      elements: t('HashTable.kNumberOfElementsIndex', 0),
      capacity: t('HashTable.kCapacityIndex', 2),
      prefix: c.constant('v8dbg_namedictionary_prefix_start_index', 3),
      namePrefixSize: c.constant('v8dbg_namedictionaryshape_prefix_size', [2, 3, 3, 3, 3]),
      nameEntrySize: c.constant('v8dbg_namedictionaryshape_entry_size', 3),
      globalPrefixSize: t('GlobalDictionaryShape.kPrefixSize', [2, 3, 3, 3, 3]),
      globalEntrySize: c.constant('v8dbg_globaldictionaryshape_entry_size', 1),
      numberPrefixSize: c.constant('v8dbg_numberdictionaryshape_prefix_size', 1),
      numberEntrySize: c.constant('v8dbg_numberdictionaryshape_entry_size', 3),
    },
    object: {
      properties: f('JSReceiver.raw_properties_or_hash', 8),
      elements: f('JSObject.elements', 16),
      fields: f('JSObject.internal_fields', 24),
    },
    array: { length: t('JSArray.length', 24) },
    accessorPair: { getter: f('AccessorPair.getter', 8), setter: f('AccessorPair.setter', 16) },
    accessorInfo: { name: t('AccessorInfo.name', [16, 8, 8, 8, 16]) },
    function: {
      /** Tagged Code (18, 22), or NaN where there is a dispatch handle. */
      code: f('JSFunction.code', [48, 48, 24, none, none]),
      dispatchHandle: t('JSFunction.dispatch_handle', [none, none, none, 24, 24]),
      shared: f('JSFunction.shared', [24, 24, 32, 32, 32]),
      context: f('JSFunction.context', [32, 32, 40, 40, 40]),
      feedbackCell: f('JSFunction.raw_feedback_cell', [40, 40, 48, 48, 48]),
      prototypeOrInitialMap: f('JSFunction.prototype_or_initial_map', 56),
    },
    functionTemplate: { className: t('FunctionTemplateInfo.class_name', [56, 56, 40, 40, 40]) },
    boundFunction: {
      target: t('JSBoundFunction.bound_target_function', 24),
      boundThis: t('JSBoundFunction.bound_this', 32),
      args: t('JSBoundFunction.bound_arguments', 40),
    },
    proxy: { target: t('JSProxy.target', 16), handler: t('JSProxy.handler', 24) },
    primitiveWrapper: { value: t('JSPrimitiveWrapper.value', 24) },
    date: {
      value: f('JSDate.value', 24),
      /** True where the field is a raw double instead of a tagged number. */
      raw: t('JSDate.value_is_raw', [0, 0, 0, 1, 1]) === 1,
    },
    regExp: {
      data: t('JSRegExp.data', 24),
      source: f('JSRegExp.source', 32),
      flags: t('JSRegExp.flags', 40),
      lastIndex: f('JSRegExp.last_index', 48),
    },
    collection: { table: t('JSCollection.table', 24) },
    collectionIterator: {
      table: t('JSCollectionIterator.table', 24),
      index: t('JSCollectionIterator.index', 32),
    },
    weakRef: { target: t('JSWeakRef.target', 24) },
    arrayIterator: {
      object: t('JSArrayIterator.iterated_object', 24),
      index: t('JSArrayIterator.next_index', 32),
      kind: f('JSArrayIterator.raw_kind', 40),
    },
    promise: { reactionsOrResult: t('JSPromise.reactions_or_result', 24), flags: t('JSPromise.flags', 32) },
    promiseReaction: {
      continuationData: t('PromiseReaction.continuation_preserved_embedder_data', [40, 40, 8, 8, 8]),
      next: t('PromiseReaction.next', [8, 8, 16, 16, 16]),
      rejectHandler: t('PromiseReaction.reject_handler', [16, 16, 24, 24, 24]),
      fulfillHandler: t('PromiseReaction.fulfill_handler', [24, 24, 32, 32, 32]),
      promiseOrCapability: t('PromiseReaction.promise_or_capability', [32, 32, 40, 40, 40]),
    },
    promiseCapability: { promise: t('PromiseCapability.promise', 8) },
    generator: {
      function: t('JSGeneratorObject.function', 24),
      context: t('JSGeneratorObject.context', 32),
      receiver: t('JSGeneratorObject.receiver', 40),
      /** While suspended: the bytecode offset, biased as in interpreter frames. */
      inputOrDebugPosition: t('JSGeneratorObject.input_or_debug_pos', 48),
      resumeMode: t('JSGeneratorObject.resume_mode', 56),
      /** Smi: >= 0 suspended, -1 closed, -2 running (JSGeneratorObject::kGeneratorClosed, kGeneratorExecuting). */
      continuation: t('JSGeneratorObject.continuation', 64),
      registers: t('JSGeneratorObject.parameters_and_registers', 72),
      asyncFunctionPromise: t('JSAsyncFunctionObject.promise', 80),
      asyncQueue: t('JSAsyncGeneratorObject.queue', 80),
    },
    arrayBuffer: {
      byteLength: f('JSArrayBuffer.byte_length', [24, 32, 32, 40, 40]),
      maxByteLength: t('JSArrayBuffer.max_byte_length', [32, 40, 40, 48, 48]),
      backingStore: f('JSArrayBuffer.backing_store', [40, 48, 48, 56, 56]),
      bitField: t('JSArrayBuffer.bit_field', [56, 64, 64, 72, 72]),
      detachedMask: c.constant('v8dbg_jsarray_buffer_was_detached_mask', 4),
      sharedMask: 1 << t('JSArrayBuffer.bit_field.is_shared', 4),
      resizableMask: 1 << t('JSArrayBuffer.bit_field.is_resizable_by_js', 5),
    },
    arrayBufferView: {
      buffer: t('JSArrayBufferView.buffer', [24, 24, 24, 32, 32]),
      byteOffset: f('JSArrayBufferView.byte_offset', [32, 32, 32, 48, 48]),
      byteLength: f('JSArrayBufferView.byte_length', [40, 40, 40, 56, 56]),
      bitField: t('JSArrayBufferView.bit_field', [48, 48, 48, 40, 40]),
    },
    typedArray: {
      length: f('JSTypedArray.length', [56, 56, 56, 64, 64]),
      externalPointer: f('JSTypedArray.external_pointer', [64, 64, 64, 72, 72]),
      basePointer: f('JSTypedArray.base_pointer', [72, 72, 72, 80, 80]),
    },
    typedArrayKinds: typedArrayKinds(c),
    dataView: { data: t('JSDataView.data_pointer', [56, 56, 56, 64, 64]) },
    errorStackData: { callSites: t('ErrorStackData.call_site_infos_or_formatted_stack', 8) },
    /** Offsets in a CallSiteInfo. */
    callSite: {
      code: t('CallSiteInfo.code_object', [24, 24, 8, 8, none]),
      receiver: t('CallSiteInfo.receiver_or_instance', [8, 8, 16, 16, none]),
      function: t('CallSiteInfo.function', [16, 16, 24, 24, none]),
      codeOffset: t('CallSiteInfo.code_offset_or_source_position', [32, 32, 32, 32, none]),
      flags: t('CallSiteInfo.flags', [40, 40, 40, 40, none]),
    },
    /** Indices in an array that holds call sites without an object for each: V8 14's, which later releases of Node 24 have, too. */
    flatCallSite: {
      words: t('StackTrace.kEntrySize', [none, none, none, 6, 6]),
      code: 0,
      receiver: 1,
      function: 2,
      codeOffset: 3,
      flags: 5,
    },
    callSiteFlags: { isConstructor: 8, isAsync: 32 },
    module: {
      inNamespace: t('JSModuleNamespace.module', [24, 24, 24, 32, 32]),
      exports: t('Module.exports', 8),
    },
    message: { error: t('JSMessageObject.argument', 32) },
    context: {
      length: f('FixedArrayBase.length', 8),
      /** Offset of slot 0. */
      slots: f('FixedArray.data', 16),
      scopeInfoSlot: c.constant('v8dbg_context_idx_scope_info', 0),
      previousSlot: c.constant('v8dbg_context_idx_prev', 1),
      minSlots: c.constant('v8dbg_context_min_slots', 2),
      /** In a native context: offset of the EmbedderDataArray. */
      embedderData: c.constant('v8dbg_native_context_embedder_data_offset', 48),
    },
    scopeInfo: {
      flags: t('ScopeInfo.flags', 8),
      /** True where flags is a raw uint32 instead of a Smi. */
      rawFlags: t('ScopeInfo.flags_are_raw', [0, 0, 0, 1, 1]) === 1,
      parameterCount: 8 + 8 * c.constant('v8dbg_scopeinfo_idx_nparams', 1),
      contextLocalCount: 8 + 8 * c.constant('v8dbg_scopeinfo_idx_ncontextlocals', 2),
      /** Smis, only where positions stand in front of the names. */
      startPosition: t('ScopeInfo.position_info.start', [none, none, none, 32, 32]),
      endPosition: t('ScopeInfo.position_info.end', [none, none, none, 40, 40]),
      firstVariable: 8 + 8 * c.constant('v8dbg_scopeinfo_idx_first_vars', [3, 3, 3, 5, 5]),
      /** From this many context locals on, the names are in one hash table. */
      maxInlinedNames: t('kScopeInfoMaxInlinedLocalNamesSize', 75),
      /** Bits of flags (objects/scope-info.tq ScopeFlags). */
      scopeTypeMask: t('ScopeFlags.scope_type_mask', 15),
      /** ScopeType numbers: FUNCTION_SCOPE and so on (common/globals.h). */
      functionScope: t('ScopeType.FUNCTION_SCOPE', [2, 2, 2, 4, 4]),
      moduleScope: t('ScopeType.MODULE_SCOPE', [3, 3, 3, 5, 5]),
    },
    scopeFlags: scopeFlags(c),
    embedderDataArray: { data: t('EmbedderDataArray.slots', 16) },
    /** Indexes of what Node keeps with a context (src/node_context_data.h): its Environment, the object of vm.createContext. */
    nodeContext: {
      environment: c.constant('nodedbg_const_ContextEmbedderIndex__kEnvironment__int', 32),
      sandbox: t('ContextEmbedderIndex.kSandboxObject', 33),
    },
  };
}

/**
 * Elements kinds of typed arrays: the number of the first, then for each of a row of kinds its place in
 * Uint8, Int8, Uint16, Int16, Uint32, Int32, BigUint64, BigInt64, Uint8Clamped, Float32, Float64, Float16
 * (the row TYPED_ARRAYS of objects/elements-kind.h, which resizable buffers' kinds repeat).
 */
function typedArrayKinds(c: Constants) {
  const firstKind = c.table('UINT8_ELEMENTS', [17, 18, 18, 18, 18]);
  // Up to 22 the BigInt kinds came last; Float16 is there from 22 on.
  const bigIntsLast = c.table('BIGUINT64_ELEMENTS.after_uint8_clamped', [1, 1, 1, 0, 0]) === 1;
  const withHalf = c.table('FLOAT16_ELEMENTS.exists', [0, 0, 1, 1, 1]) === 1;
  const kinds = bigIntsLast ? [0, 1, 2, 3, 4, 5, 9, 10, 8, 6, 7] : [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  return { firstKind, kinds: withHalf ? [...kinds, 11] : kinds };
}

/** Bit positions in ScopeInfo.flags: objects/scope-info.tq of each line; same in 10.2 to 14.6. */
function scopeFlags(c: Constants) {
  const bit = (name: string, position: number) => 1 << c.table(`ScopeFlags.${name}`, position);
  return {
    sloppyEvalCanExtendVars: bit('sloppy_eval_can_extend_vars', 4),
    languageMode: bit('language_mode', 5),
    declarationScope: bit('declaration_scope', 6),
    receiverVariableShift: c.table('ScopeFlags.receiver_variable', 7),
    classScopeHasPrivateBrand: bit('class_scope_has_private_brand', 9),
    hasSavedClassVariable: bit('has_saved_class_variable', 10),
    hasNewTarget: bit('has_new_target', 11),
    functionVariableShift: c.table('ScopeFlags.function_variable', 12),
    hasInferredName: bit('has_inferred_function_name', 14),
    functionKindShift: c.table('ScopeFlags.function_kind', 17),
    hasOuterScopeInfo: bit('has_outer_scope_info', 22),
    hasContextExtensionSlot: c.table('ScopeFlags.has_context_extension_slot', 26),
  };
}

export type ObjectLayout = ReturnType<typeof objectLayout>;
