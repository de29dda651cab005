import type { Constants } from './constants.ts';

/** How a release line numbers its scopes and allocates variables (common/globals.h, ast/scopes.cc). */
export function scopeRules(c: Constants) {
  const t = (name: string, table: Parameters<Constants['table']>[1]) => c.table(name, table);
  const instanceInitializer = t('FunctionKind.kClassMembersInitializerFunction', 24);
  const lastInitializer = t('FunctionKind.kClassStaticInitializerFunctionPrecededByMember', 27);
  return {
    /** ScopeType, as ScopeInfo flags hold it. */
    types: {
      script: t('ScopeType.SCRIPT_SCOPE', [4, 4, 4, 0, 0]),
      class: t('ScopeType.CLASS_SCOPE', [0, 0, 0, 2, 2]),
      eval: t('ScopeType.EVAL_SCOPE', [1, 1, 1, 3, 3]),
      function: t('ScopeType.FUNCTION_SCOPE', [2, 2, 2, 4, 4]),
      module: t('ScopeType.MODULE_SCOPE', [3, 3, 3, 5, 5]),
      catch: t('ScopeType.CATCH_SCOPE', [5, 5, 5, 6, 6]),
      block: t('ScopeType.BLOCK_SCOPE', [6, 6, 6, 7, 7]),
      with: t('ScopeType.WITH_SCOPE', [7, 7, 7, 8, 8]),
    },
    /** FunctionKind of the functions in which the fields and static blocks of a class run. */
    instanceInitializer,
    lastInitializer,
    /** Their names by SharedFunctionInfo::DebugName; undefined for other kinds of functions. */
    initializerName: (kind: number): string | undefined => {
      if (kind === instanceInitializer) return '<instance_members_initializer>';
      return kind > instanceInitializer && kind <= lastInitializer ? '<static_initializer>' : undefined;
    },
    /** The number of a module's variables stands before the names; else behind the SourceTextModuleInfo. */
    moduleCountFirst: t('ScopeInfo.module_variable_count_first', [0, 0, 1, 1, 1]) === 1,
    functionKindMask: t('ScopeFlags.function_kind_mask', 31),
    /** A function in a block is also a `var` if an outer block declares the same function (Annex B.3.3). */
    hoistsShadowed: t('HoistSloppyBlockFunctions.ignores_block_functions', [0, 1, 1, 1, 1]) === 1,
    /** ContextCell::State of cells whose number stands beside the tagged value. */
    cellInt32: t('ContextCell.kInt32', 2),
    cellFloat64: t('ContextCell.kFloat64', 3),
    /** SourceTextModule: FixedArrays of Cells, by cell index - 1 (exports) and -1 - cell index (imports). */
    regularExports: t('SourceTextModule.regular_exports', [64, 64, 64, 64, 72]),
    regularImports: t('SourceTextModule.regular_imports', [72, 72, 72, 72, 80]),
    /** The body of a module keeps the completion value of its statements in a register. */
    modulesComplete: t('Rewriter.rewrites_modules', [1, 1, 1, 0, 0]) === 1,
    /** In the head of for-in and for-of the debugger shows the loop's variable or nothing, not its dead zone. */
    skipsLoopHeads: t('ScopeIterator.skips_loop_heads', [0, 0, 0, 1, 1]) === 1,
  };
}

export type ScopeRules = ReturnType<typeof scopeRules>;
