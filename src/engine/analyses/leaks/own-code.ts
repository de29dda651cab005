import type { SourcePosition } from '../positions.ts';

/** Not Node's and not V8's own. */
export function isOwnCode({ source }: SourcePosition): boolean {
  return source !== null && source !== '' && !/^(node:|internal\/|v8\/|evalmachine)/.test(source);
}
