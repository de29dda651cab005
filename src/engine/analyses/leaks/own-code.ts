import type { SourcePosition } from '../positions.ts';

/** Not Node's and not V8's own. */
export function isOwnCode({ source }: SourcePosition): boolean {
  return source !== null && source !== '' && !/^(node:|internal\/|v8\/|evalmachine)/.test(source);
}

/** True of a place in the program's own code; others lead to nothing that its owner could mend. */
export function isOwnPlace<T extends { readonly position: SourcePosition }>(place: T | null): place is T {
  return place !== null && isOwnCode(place.position);
}
