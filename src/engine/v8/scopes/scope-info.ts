import { Fault } from '../../absence.ts';
import { address, type Tagged } from '../../address.ts';
import { firstLocalOffset } from '../layout/first-local.ts';
import type { HeapView } from '../objects/heap-view.ts';
import { scopeInfoParts } from '../objects/scope-info.ts';
import type { ScopeType } from './scope-tree.ts';

const MAX_LOCALS = 1 << 20;

/** A variable of a module that is bound to a cell: an import or an export. */
export interface ModuleVariable {
  readonly name: string;
  /** Positive: exports, negative: imports (SourceTextModuleDescriptor::GetCellIndexKind). */
  readonly cellIndex: number;
}

/** What V8 keeps of a scope at run time (src/objects/scope-info.tq): the names of its context's slots. */
export class ScopeInfo {
  readonly word: Tagged;
  readonly #view: HeapView;
  readonly #flags: number;
  readonly #localCount: number;
  #names: readonly string[] | undefined;

  /** Throws a Fault if `word` is no ScopeInfo. */
  constructor(view: HeapView, word: Tagged) {
    if (!view.isType(word, view.layout.types.SCOPE_INFO)) throw new Fault(view.base(word), 'not a ScopeInfo');
    const o = view.layout.objects.scopeInfo;
    this.word = word;
    this.#view = view;
    this.#flags = o.rawFlags
      ? view.u32(word, o.flags)
      : view.memory.u32(address(view.base(word) + o.flags + 4));
    this.#localCount = view.smi(word, o.contextLocalCount);
    if (this.#localCount < 0 || this.#localCount > MAX_LOCALS) {
      throw new Fault(view.base(word), `a scope of ${this.#localCount} variables`);
    }
  }

  /** Undefined for scopes that only debuggers and ShadowRealms have. */
  get type(): ScopeType | undefined {
    const number = this.#flags & this.#view.layout.objects.scopeInfo.scopeTypeMask;
    const types = Object.entries(this.#view.layout.scopes.types) as [ScopeType, number][];
    return types.find(([, value]) => value === number)?.[0];
  }

  get strict(): boolean {
    return (this.#flags & this.#view.layout.objects.scopeFlags.languageMode) !== 0;
  }

  get functionKind(): number {
    const { layout } = this.#view;
    return (this.#flags >>> layout.objects.scopeFlags.functionKindShift) & layout.scopes.functionKindMask;
  }

  get sloppyEvalExtends(): boolean {
    return (this.#flags & this.#view.layout.objects.scopeFlags.sloppyEvalCanExtendVars) !== 0;
  }

  get hasExtensionSlot(): boolean {
    return ((this.#flags >>> this.#view.layout.objects.scopeFlags.hasContextExtensionSlot) & 1) === 1;
  }

  get start(): number | undefined {
    return scopeInfoParts(this.#view, this.word).start;
  }

  get end(): number | undefined {
    return scopeInfoParts(this.#view, this.word).end;
  }

  /** ScopeInfo::FunctionDebugName. */
  get functionName(): string {
    const { functionName, inferredName } = scopeInfoParts(this.#view, this.word);
    return functionName || inferredName;
  }

  /** Names of the context's variables, in the order of its slots. */
  get names(): readonly string[] {
    this.#names ??= this.#readNames();
    return this.#names;
  }

  /** Slot of a context that belongs to the `index`th name. */
  slotOf(index: number): number {
    const { minSlots } = this.#view.layout.objects.context;
    return minSlots + (this.hasExtensionSlot ? 1 : 0) + index;
  }

  get moduleVariables(): readonly ModuleVariable[] {
    if (this.type !== 'module') return [];
    const view = this.#view;
    const o = view.layout.objects.scopeInfo;
    const { moduleCountFirst } = view.layout.scopes;
    const tail = this.#tail;
    const count = Math.min(view.smi(this.word, moduleCountFirst ? o.firstVariable : tail), MAX_LOCALS);
    const first = moduleCountFirst ? tail : tail + 8;
    const variables: ModuleVariable[] = [];
    for (let i = 0; i < count; i++) {
      // ModuleVariable: name, index, properties.
      const at = first + 24 * i;
      variables.push({
        name: view.string(view.tagged(this.word, at)),
        cellIndex: view.smi(this.word, at + 8),
      });
    }
    return variables;
  }

  get #firstName(): number {
    return firstLocalOffset(this.#view.layout, this.#flags);
  }

  /** Offset of the module's variables, behind all that a module's scope has before them. */
  get #tail(): number {
    const { scopeInfo: o, scopeFlags } = this.#view.layout.objects;
    const names = this.#localCount < o.maxInlinedNames ? this.#localCount : 1;
    let next = this.#firstName + 8 * (names + this.#localCount);
    if (this.#flags & scopeFlags.hasSavedClassVariable) next += 8;
    if ((this.#flags >>> scopeFlags.functionVariableShift) & 3) next += 16;
    if (this.#flags & scopeFlags.hasInferredName) next += 8;
    if (Number.isNaN(o.startPosition)) next += 16;
    if (this.#flags & scopeFlags.hasOuterScopeInfo) next += 8;
    // The module's SourceTextModuleInfo.
    return next + 8;
  }

  #readNames(): readonly string[] {
    const view = this.#view;
    const { maxInlinedNames } = view.layout.objects.scopeInfo;
    if (this.#localCount >= maxInlinedNames) return this.#namesInTable();
    return Array.from({ length: this.#localCount }, (_, i) => {
      const word = view.tagged(this.word, this.#firstName + 8 * i);
      if (view.isString(word)) return view.string(word);
      // A name of which nothing is known must not pass for one of V8's own, which are left out.
      return view.typeOrUndefined(word) === undefined ? '(unreadable)' : '';
    });
  }

  /** NameToIndexHashTable: pairs of a name and its index. */
  #namesInTable(): readonly string[] {
    const view = this.#view;
    const table = view.tagged(this.word, this.#firstName);
    const { prefix } = view.layout.objects.hashTable;
    const names = new Array<string>(this.#localCount).fill('');
    const length = view.arrayLength(table);
    for (let i = prefix; i + 1 < length; i += 2) {
      const key = view.element(table, i);
      const index = view.element(table, i + 1);
      if (!view.isString(key) || !view.isSmi(index)) continue;
      const position = index / 0x1_0000_0000;
      if (position >= 0 && position < names.length) names[position] = view.string(key);
    }
    return names;
  }
}
