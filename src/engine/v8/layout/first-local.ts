import type { Layout } from './layout.ts';

/**
 * Offset of the first variable's name in a ScopeInfo of these flags: from 22 on, those of modules have the number of
 * module variables before it (objects/scope-info.tq).
 */
export function firstLocalOffset({ objects, scopes }: Layout, flags: number): number {
  const { firstVariable, scopeTypeMask, moduleScope } = objects.scopeInfo;
  const isModule = (flags & scopeTypeMask) === moduleScope;
  return firstVariable + (isModule && scopes.moduleCountFirst ? 8 : 0);
}
