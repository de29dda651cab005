import type { Tagged } from '../address.ts';
import { EdgeType, NodeType } from '../graph/types.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import { sharedDebugName } from '../v8/objects/shared-function.ts';
import type { HeapWords } from './heap-words.ts';
import type { ReferenceSink } from './reference-sink.ts';

const { internal } = EdgeType;

type Field = (name: string, offset: number) => void;

/** References of scripts, functions' shared parts, code and what belongs to them. */
export class CodeReferences {
  readonly #view: HeapView;
  readonly #words: HeapWords;

  constructor(view: HeapView, words: HeapWords) {
    this.#view = view;
    this.#words = words;
  }

  extract(word: Tagged, type: number, sink: ReferenceSink): void {
    const { types } = this.#view.layout;
    const field: Field = (name, offset) =>
      sink.named(internal, name, this.#words.tagged(word, offset), offset);
    if (type === types.SHARED_FUNCTION_INFO) this.#shared(word, sink, field);
    else if (type === types.SCRIPT) this.#script(word, sink, field);
    else if (type === types.BYTECODE_ARRAY) this.#bytecode(word, sink);
    else if (type === types.SCOPE_INFO) this.#scopeInfo(word, sink);
    else if (type === types.CODE) this.#code(word, sink, field);
    else if (type === types.INSTRUCTION_STREAM) this.#instructions(word, sink, field);
    else this.#tagged(word, type, sink, field);
  }

  #shared(word: Tagged, sink: ReferenceSink, field: Field): void {
    // Up to 20, only the closures of a function name it.
    if (!this.#view.layout.graph.codeIsHandle) sink.tag(word, '(shared function info)');
    this.#nameCode(word, sink);
    const { shared } = this.#view.layout.code;
    field('name_or_scope_info', shared.nameOrScopeInfo);
    field(this.#view.layout.graph.codeIsHandle ? 'script_or_debug_info' : 'script', shared.script);
    if (Number.isNaN(shared.untrustedData)) field('function_data', shared.functionData);
    else {
      field('trusted_function_data', shared.functionData);
      field('untrusted_function_data', shared.untrustedData);
    }
    field('raw_outer_scope_info_or_feedback_metadata', shared.outerScopeInfoOrFeedbackMetadata);
  }

  /** Code is named by the function that it was made for. */
  #nameCode(shared: Tagged, sink: ReferenceSink): void {
    const view = this.#view;
    const { types, code, graph } = view.layout;
    const data = this.#words.tagged(shared, code.shared.functionData);
    if (this.#words.type(data) !== types.CODE) return;
    const name = sharedDebugName(view, shared);
    if (!graph.codeIsHandle) sink.tag(data, name === '' ? '(BASELINE code)' : `(code for ${name})`);
    if (Number.isNaN(code.code.instructionStream)) return;
    const stream = this.#words.tagged(data, code.code.instructionStream);
    const role = graph.codeIsHandle ? 'code' : 'instruction stream';
    sink.tag(stream, name === '' ? `(BASELINE ${role})` : `(${role} for ${name})`);
  }

  #script(word: Tagged, sink: ReferenceSink, field: Field): void {
    const { code, graph } = this.#view.layout;
    const { script } = code;
    field('source', script.source);
    field('name', script.name);
    field('context_data', graph.scriptContextData);
    sink.tag(this.#words.tagged(word, script.lineEnds), '(script line ends)', NodeType.code);
    field('line_ends', script.lineEnds);
    sink.tag(this.#words.tagged(word, script.sharedFunctionInfos), '(infos)', NodeType.code);
    sink.tag(this.#words.tagged(word, script.sourceMappingUrl + 8), '(host-defined options)', NodeType.code);
  }

  #bytecode(word: Tagged, sink: ReferenceSink): void {
    const { bytecodeArray } = this.#view.layout.code;
    this.#constants(this.#words.tagged(word, bytecodeArray.constantPool), sink, 3);
    sink.tag(this.#words.tagged(word, bytecodeArray.handlerTable), '(handler table)', NodeType.code);
    sink.tag(
      this.#words.tagged(word, bytecodeArray.sourcePositions),
      '(source position table)',
      NodeType.code,
    );
  }

  /** Constant pools, and arrays in them to a depth that V8 sets (RecursivelyTagConstantPool). */
  #constants(word: Tagged, sink: ReferenceSink, depth: number): void {
    const { types, objects } = this.#view.layout;
    const type = this.#words.type(word);
    if (type === types.NAME_DICTIONARY || type === types.NUMBER_DICTIONARY) {
      sink.tag(word, '(constant pool)', NodeType.code);
      return;
    }
    if (type !== types.FIXED_ARRAY && type !== types.TRUSTED_FIXED_ARRAY) return;
    sink.tag(word, '(constant pool)', NodeType.code);
    if (depth <= 1) return;
    const length = this.#words.length(word);
    for (let i = 0; i < length; i++)
      this.#constants(this.#words.tagged(word, objects.fixedArray.data + 8 * i), sink, depth - 1);
  }

  #scopeInfo(word: Tagged, sink: ReferenceSink): void {
    const view = this.#view;
    const { scopeInfo } = view.layout.objects;
    if (view.smi(word, scopeInfo.contextLocalCount) < scopeInfo.maxInlinedNames) return;
    sink.tag(view.tagged(word, scopeInfo.firstVariable), '(context local names)', NodeType.code);
  }

  #code(word: Tagged, sink: ReferenceSink, field: Field): void {
    const view = this.#view;
    const { code } = view.layout.code;
    if (Number.isNaN(code.instructionStream) || view.layout.graph.codeIsHandle) return;
    const stream = this.#words.tagged(word, code.instructionStream);
    if (this.#words.type(stream) === undefined) return;
    field('instruction_stream', code.instructionStream);
    if ((view.u32(word, code.flags) & code.kindMask) === code.kindBaseline) {
      sink.tag(this.#words.tagged(word, code.deoptimizationData), '(interpreter data)');
      field('interpreter_data', code.deoptimizationData);
      sink.tag(this.#words.tagged(word, code.sourcePositions), '(bytecode offset table)', NodeType.code);
      field('bytecode_offset_table', code.sourcePositions);
      return;
    }
    sink.tag(this.#words.tagged(word, code.deoptimizationData), '(code deopt data)', NodeType.code);
    field('deoptimization_data', code.deoptimizationData);
    sink.tag(this.#words.tagged(word, code.sourcePositions), '(source position table)', NodeType.code);
    field('source_position_table', code.sourcePositions);
  }

  #instructions(word: Tagged, sink: ReferenceSink, field: Field): void {
    const { layout } = this.#view;
    const { code, body } = layout.code.instructionStream;
    if (layout.graph.codeIsHandle) {
      for (let offset = 8; offset < body; offset += 8) {
        const target = this.#words.tagged(word, offset);
        if (this.#words.type(target) === layout.types.BYTE_ARRAY)
          sink.tag(target, '(code relocation info)', NodeType.code);
      }
      return;
    }
    sink.tag(this.#words.tagged(word, code), '(code)', NodeType.code);
    field('code', code);
    const relocation = code + 8;
    if (relocation >= body) return;
    sink.tag(this.#words.tagged(word, relocation), '(code relocation info)', NodeType.code);
    field('relocation_info', relocation);
  }

  /** Roles that V8 gives to what less frequent internal objects hold. */
  #tagged(word: Tagged, type: number, sink: ReferenceSink, field: Field): void {
    const { layout } = this.#view;
    const { types, graph } = layout;
    const name = layout.typeName(type);
    if (type === types.ENUM_CACHE) {
      sink.tag(this.#words.tagged(word, 8), '(enum cache)', NodeType.objectShape);
      sink.tag(this.#words.tagged(word, 16), '(enum cache)', NodeType.objectShape);
    } else if (name === 'ARRAY_BOILERPLATE_DESCRIPTION') {
      sink.tag(this.#words.tagged(word, graph.constantElements), '(constant elements)', NodeType.code);
      field('constant_elements', graph.constantElements);
    } else if (name === 'PROTOTYPE_INFO') {
      const { users, enumCache } = graph.prototypeInfo;
      sink.tag(this.#words.tagged(word, enumCache), '(prototype chain enum cache)', NodeType.objectShape);
      sink.tag(this.#words.tagged(word, users), '(prototype users)', NodeType.objectShape);
    } else if (type === types.FEEDBACK_VECTOR) {
      const start = layout.sizes.feedbackVectorHeader;
      const end = start + 8 * this.#view.i32(word, 8);
      for (let offset = start; offset < end; offset += 8) {
        const slot = this.#words.tagged(word, offset);
        const kind = this.#words.type(slot);
        if (kind === types.WEAK_FIXED_ARRAY || kind === types.FIXED_ARRAY)
          sink.tag(slot, '(feedback)', NodeType.code);
      }
    }
  }
}
