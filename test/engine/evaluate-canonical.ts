import { isAbsent } from '../../src/engine/absence.ts';
import type { Inspector, Preview, Value } from '../../src/engine/v8/inspect.ts';

/** A value as the program test/programs/evaluate.js prints it, from what an Inspector shows. */
export function canonical(inspector: Inspector, value: Value, depth: number): string {
  const preview = inspector.preview(value);
  if (isAbsent(preview)) return `absent: ${preview.reason}`;
  switch (preview.type) {
    case 'undefined':
      return 'undefined';
    case 'string':
      return JSON.stringify(preview.primitive);
    case 'number':
      return Object.is(preview.primitive, -0) ? '-0' : String(preview.primitive);
    case 'bigint':
      return `${preview.primitive}n`;
    case 'boolean':
      return String(preview.primitive);
    case 'symbol':
      return preview.description;
    case 'function':
      return `function ${nameOf(inspector, value)}`;
    default:
      return preview.subtype === 'null' ? 'null' : object(inspector, value, preview, depth);
  }
}

function nameOf(inspector: Inspector, value: Value): string {
  const name = inspector.named(value).find((p) => p.name === 'name');
  const preview = name && inspector.preview(name.value);
  return preview && !isAbsent(preview) ? String(preview.primitive) : '?';
}

function object(inspector: Inspector, value: Value, preview: Preview, depth: number): string {
  if (preview.subtype === 'proxy') return 'proxy';
  if (depth === 0) return '...';
  const show = (v: Value) => canonical(inspector, v, depth - 1);
  const entries = () => inspector.entries(value, 0, 1000);
  const elements = () => inspector.indexed(value, 0, 1000);
  const isArguments = preview.className !== undefined && /Arguments|^Object$/.test(preview.className);
  switch (isArguments ? undefined : preview.subtype) {
    case 'array': {
      const length = Number(/\((\d+)\)$/.exec(preview.description)?.[1]);
      const items = new Map(elements().map((p) => [Number(p.name), show(p.value)]));
      return `[${Array.from({ length }, (_, i) => items.get(i) ?? 'hole').join(', ')}]`;
    }
    case 'map':
      return `Map {${entries()
        .map(({ key, value: v }) => `${show(key!)} => ${show(v)}`)
        .join(', ')}}`;
    case 'set':
      return `Set {${entries()
        .map(({ value: v }) => show(v))
        .join(', ')}}`;
    case 'date':
      return `Date ${inspector.time?.(value)}`;
    case 'regexp':
      return `RegExp ${preview.description}`;
    case 'typedarray':
      return `${preview.className} [${elements()
        .map((p) => show(p.value))
        .join(', ')}]`;
    case 'iterator':
      return `iterator [${entries()
        .map(({ value: v }) => show(v))
        .join(', ')}]`;
  }
  const own = [...elements(), ...inspector.named(value)].filter(
    (p) => p.enumerable && !p.isSymbol && p.kind !== 'private',
  );
  const text = own.map(
    (p) => `${JSON.stringify(p.name)}: ${p.kind === 'accessor' ? 'accessor' : show(p.value)}`,
  );
  return `${errorTitle(inspector, value, preview)}{${text.join(', ')}}`;
}

function errorTitle(inspector: Inspector, value: Value, preview: Preview): string {
  if (preview.subtype !== 'error') return '';
  const message = inspector.named(value).find((p) => p.name === 'message');
  const text = message && inspector.preview(message.value);
  return `Error ${text && !isAbsent(text) ? text.primitive : ''} `;
}
