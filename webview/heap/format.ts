/** Numbers and places for people. */
import { size } from '../elements.ts';

export { size };

export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

export function signed(value: number, text: (value: number) => string): string {
  return value === 0 ? '0' : `${value > 0 ? '+' : '−'}${text(Math.abs(value))}`;
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** `app.js:12`, by the last part of the path; Node's own scripts by all of it. */
export function place(source: string | null, line: number | null): string {
  if (source === null) return '';
  const isNode = source.startsWith('node:');
  const name = isNode
    ? source
    : source.slice(Math.max(source.lastIndexOf('/'), source.lastIndexOf('\\')) + 1);
  return line === null ? name : `${name}:${line}`;
}

/** A name on one line, at most `limit` characters long. */
export function oneLine(text: string, limit = 300): string {
  const line = text.slice(0, limit + 1).replace(/\s+/g, ' ');
  return line.length > limit || text.length > limit ? `${line.slice(0, limit)}…` : line;
}
