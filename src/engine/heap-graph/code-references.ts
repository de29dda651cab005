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

  /** What objects refer to that differ in more than what fields hold. */
  extract(word: Tagged, type: number, sink: ReferenceSink): void {
    const { types } = this.#view.layout;
    if (type === types.SCOPE_INFO) this.#scopeInfo(word, sink);
    else if (type === types.INSTRUCTION_STREAM) this.#instructions(word, sink, this.#field(word, sink));
    else if (type === types.FEEDBACK_VECTOR) this.#feedback(word, sink);
  }

  #field(word: Tagged, sink: ReferenceSink): Field {
    return (name, offset) => sink.named(internal, name, this.#words.tagged(word, offset), offset);
  }

  /** Code is named by the function that it was made for. */
  nameCode(shared: Tagged, sink: ReferenceSink): void {
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

  #scopeInfo(word: Tagged, sink: ReferenceSink): void {
    const view = this.#view;
    const { scopeInfo } = view.layout.objects;
    if (view.smi(word, scopeInfo.contextLocalCount) < scopeInfo.maxInlinedNames) return;
    sink.tag(view.tagged(word, scopeInfo.firstVariable), '(context local names)', NodeType.code);
  }

  /** What code holds that has its instructions in the heap. */
  code(word: Tagged, sink: ReferenceSink): void {
    const view = this.#view;
    const { code } = view.layout.code;
    const field = this.#field(word, sink);
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

  #feedback(word: Tagged, sink: ReferenceSink): void {
    const { types, sizes } = this.#view.layout;
    const start = sizes.feedbackVectorHeader;
    const end = start + 8 * this.#view.i32(word, 8);
    for (let offset = start; offset < end; offset += 8) {
      const slot = this.#words.tagged(word, offset);
      const kind = this.#words.type(slot);
      if (kind === types.WEAK_FIXED_ARRAY || kind === types.FIXED_ARRAY)
        sink.tag(slot, '(feedback)', NodeType.code);
    }
  }
}
