import { type Absence, absent, attempt, isAbsent } from '../../absence.ts';
import type { Tagged } from '../../address.ts';
import type { JsFrame } from '../frames/js-frame.ts';
import { registerCount } from '../frames/js-frames.ts';
import type { V8Inspector } from '../inspector.ts';
import { isBlank } from '../objects/blank-text.ts';
import type { HeapView } from '../objects/heap-view.ts';
import { allocate, type FunctionFacts, type FunctionScopes, isSynthetic } from './allocate.ts';
import { ScopeInfo } from './scope-info.ts';
import { Scope } from './scope-tree.ts';
import { ScriptSyntax } from './script-syntax.ts';

const MAX_WRAPPED_ARGUMENTS = 1000;

/** What is asked of a frame: its function's code and script. */
export type CompiledFunction = Pick<JsFrame, 'sharedFunctionInfo' | 'script' | 'bytecodeArray'>;

const caches = new WeakMap<V8Inspector, FunctionScopesCache>();

/** The scopes of a frame's function, checked against what V8 kept; or why its locals have no names. */
export function functionScopesOf(js: CompiledFunction, inspector: V8Inspector): FunctionScopes | Absence {
  let cache = caches.get(inspector);
  if (cache === undefined) {
    cache = new FunctionScopesCache(inspector.view);
    caches.set(inspector, cache);
  }
  return cache.of(js);
}

/** The scopes of the functions of one isolate, each worked out once, each script parsed once. */
class FunctionScopesCache {
  readonly #view: HeapView;
  readonly #scripts = new Map<Tagged, ScriptSyntax | Absence>();
  readonly #functions = new Map<Tagged, FunctionScopes | Absence>();

  constructor(view: HeapView) {
    this.#view = view;
  }

  of(js: CompiledFunction): FunctionScopes | Absence {
    const shared = js.sharedFunctionInfo;
    let known = this.#functions.get(shared);
    if (known === undefined) {
      known = attempt(() => this.#compute(js, shared));
      this.#functions.set(shared, known);
    }
    return known;
  }

  #compute(js: CompiledFunction, shared: Tagged): FunctionScopes | Absence {
    const view = this.#view;
    const { script } = js;
    if (script === undefined) return absent('the function has no script');
    const info = new ScopeInfo(view, view.tagged(shared, view.layout.code.shared.nameOrScopeInfo));
    const facts = this.#facts(info, shared, script);
    if (isAbsent(facts)) return facts;
    if (facts === 'default-constructor') return emptyScopes();
    const syntax = this.#syntaxOf(script, facts.kind === 'module');
    if (isAbsent(syntax)) return syntax;
    const scopes = allocate(syntax, facts);
    if (isAbsent(scopes)) return scopes;
    return this.#check(scopes, info, js);
  }

  #facts(info: ScopeInfo, shared: Tagged, script: Tagged): FunctionFacts | 'default-constructor' | Absence {
    const { layout } = this.#view;
    const { type, start, end, functionKind } = info;
    if (start === undefined || end === undefined) return absent('V8 kept no range for the function');
    const rules = layout.scopes;
    const { firstClassConstructor } = layout.code.functionKinds;
    // kDefaultBaseConstructor and kDefaultDerivedConstructor follow kBaseConstructor.
    if (functionKind === firstClassConstructor + 1 || functionKind === firstClassConstructor + 2) {
      return 'default-constructor';
    }
    const isInitializer = functionKind >= rules.instanceInitializer && functionKind <= rules.lastInitializer;
    const wrapped = type === 'function' ? this.#wrappedArguments(shared, script) : undefined;
    let kind: FunctionFacts['kind'];
    if (type === 'module' || type === 'eval' || type === 'script') kind = type;
    else if (type !== 'function') return absent('the scope is of a kind that has no frames');
    else kind = wrapped ? 'wrapped' : isInitializer ? 'class-initializer' : 'function';
    return {
      start,
      end,
      kind,
      static: functionKind > rules.instanceInitializer,
      strict: info.strict,
      wrappedArguments: wrapped ?? [],
      hoistsShadowed: rules.hoistsShadowed,
      modulesComplete: rules.modulesComplete,
    };
  }

  /** Names of the parameters that `compileFunction` gave to a whole script; undefined for other functions. */
  #wrappedArguments(shared: Tagged, script: Tagged): string[] | undefined {
    const view = this.#view;
    const { code } = view.layout;
    const { shift, mask, wrapped } = code.syntaxKinds;
    if (((view.u32(shared, code.shared.flags) >>> shift) & mask) !== wrapped) return undefined;
    const list = view.tagged(script, code.script.evalFrom);
    if (!view.isType(list, view.layout.types.FIXED_ARRAY)) return [];
    const count = Math.min(view.arrayLength(list), MAX_WRAPPED_ARGUMENTS);
    return Array.from({ length: count }, (_, i) => view.string(view.element(list, i)));
  }

  #syntaxOf(script: Tagged, isModule: boolean): ScriptSyntax | Absence {
    let known = this.#scripts.get(script);
    if (known === undefined) {
      const source = this.#view.tagged(script, this.#view.layout.code.script.source);
      const text = this.#view.isString(source) ? this.#view.string(source) : undefined;
      if (text === undefined) known = absent('V8 dropped the script’s text');
      else if (text !== '' && isBlank(text)) known = absent('the script came as bytecode, without its text');
      else known = new ScriptSyntax(text, isModule);
      this.#scripts.set(script, known);
    }
    return known;
  }

  /** The names that V8 put into the context must be the ones that we would; the registers must suffice. */
  #check(scopes: FunctionScopes, info: ScopeInfo, js: CompiledFunction): FunctionScopes | Absence {
    const kept = info.names.filter((name) => !isSynthetic(name));
    const ours = new Set(scopes.contextNames);
    if (kept.length !== ours.size || kept.some((name) => !ours.has(name))) {
      return absent('the function’s text does not agree with the variables that V8 kept');
    }
    const { bytecodeArray } = js;
    if (bytecodeArray !== undefined && scopes.registers > registerCount(this.#view.runtime, bytecodeArray)) {
      return absent('the function’s text declares more variables than its bytecode has registers');
    }
    return scopes;
  }
}

function emptyScopes(): FunctionScopes {
  return { root: new Scope('function', undefined, -1), registers: 0, contextNames: [] };
}
