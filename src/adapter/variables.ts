/** `variables`: the children of scopes, objects and collections, a page at a time. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { isAbsent } from '../engine/absence.ts';
import { hex } from '../engine/address.ts';
import { childElementCount, childElements } from '../engine/v8/child-elements.ts';
import type { ChildCounts, Inspector, Property, Value } from '../engine/v8/inspect.ts';
import type { Target } from './target.ts';
import { accessorText, type TextOptions, valueText } from './value-text.ts';

/** What a variablesReference stands for. `path` is an expression for the container, if there is one. */
export type Container =
  | {
      readonly kind: 'properties';
      readonly inspector: Inspector;
      readonly properties: readonly Property[];
      /** What is missing, and why. */
      readonly note?: string | undefined;
    }
  | {
      readonly kind: 'value';
      readonly inspector: Inspector;
      readonly value: Value;
      readonly path: string | undefined;
    }
  | { readonly kind: 'entries'; readonly inspector: Inspector; readonly value: Value }
  | { readonly kind: 'entry'; readonly inspector: Inspector; readonly key: Value; readonly value: Value }
  /** Rows that are no values of the program. */
  | { readonly kind: 'rows'; readonly rows: () => readonly DebugProtocol.Variable[] };

/** What variables need of a target: the tables that give containers and positions numbers. */
export type Tables = Pick<Target, 'containers' | 'locations'>;

/** Children of one container that are made at most for one request, unless the client pages. */
const maxPage = 10_000;

export function variables(
  target: Tables,
  args: DebugProtocol.VariablesArguments,
): DebugProtocol.VariablesResponse['body'] {
  const container = target.containers.get(args.variablesReference);
  if (container.kind === 'rows')
    return { variables: args.filter === 'indexed' ? [] : [...slice(container.rows(), args)] };
  const options: TextOptions = { hex: args.format?.hex === true };
  const page = new Page(target, container.inspector, options);
  const start = Math.max(0, args.start ?? 0);
  const count = Math.min(args.count || maxPage, maxPage);
  switch (container.kind) {
    case 'properties':
      if (args.filter !== 'indexed') page.properties(slice(container.properties, args), undefined);
      if (container.note !== undefined) page.note(container.note);
      break;
    case 'value':
      page.children(container.value, container.path, args.filter, start, count);
      break;
    case 'entries':
      if (args.filter !== 'named') page.entries(container.value, start, count);
      break;
    case 'entry':
      page.plain('key', container.key);
      page.plain('value', container.value);
      break;
  }
  return { variables: page.variables };
}

function slice<T>(items: readonly T[], args: DebugProtocol.VariablesArguments): readonly T[] {
  const start = args.filter === 'named' || args.filter === undefined ? Math.max(0, args.start ?? 0) : 0;
  return items.slice(start, start + Math.min(args.count || maxPage, maxPage));
}

/** What a value looks like to the client: its text, and how to get at its children. */
export interface Shown {
  value: string;
  type?: string;
  variablesReference: number;
  namedVariables?: number;
  indexedVariables?: number;
  memoryReference?: string;
  valueLocationReference?: number;
}

/** `path` is an expression that gives this value, for the evaluateName of its children. */
export function show(
  target: Tables,
  inspector: Inspector,
  value: Value,
  path: string | undefined,
  options: TextOptions,
): Shown {
  const text = valueText(inspector, value, options);
  const preview = inspector.preview(value);
  if (isAbsent(preview)) return { value: text, variablesReference: 0 };
  const shown: Shown = { value: text, type: preview.className ?? preview.type, variablesReference: 0 };
  const memory = inspector.memory(value);
  if (!isAbsent(memory)) shown.memoryReference = hex(memory.address);
  else if (preview.address !== undefined) shown.memoryReference = hex(preview.address);
  const isObject = preview.type === 'function' || (preview.type === 'object' && preview.subtype !== 'null');
  if (!isObject) return shown;
  const counts = inspector.counts(value);
  shown.variablesReference = target.containers.add({ kind: 'value', inspector, value, path });
  const elements = childElementCount(counts);
  if (elements > 0) {
    shown.indexedVariables = elements;
    shown.namedVariables = namedCount(counts);
  }
  const location = preview.type === 'function' ? inspector.location(value) : undefined;
  if (location) shown.valueLocationReference = target.locations.add(location);
  return shown;
}

function namedCount(counts: ChildCounts): number {
  return counts.named + counts.internal + (counts.entries > 0 ? 1 : 0);
}

class Page {
  readonly variables: DebugProtocol.Variable[] = [];
  readonly #target: Tables;
  readonly #inspector: Inspector;
  readonly #options: TextOptions;

  constructor(target: Tables, inspector: Inspector, options: TextOptions) {
    this.#target = target;
    this.#inspector = inspector;
    this.#options = options;
  }

  children(
    value: Value,
    path: string | undefined,
    filter: DebugProtocol.VariablesArguments['filter'],
    start: number,
    count: number,
  ): void {
    const inspector = this.#inspector;
    const counts = inspector.counts(value);
    if (filter !== 'named') this.properties(childElements(inspector, value, counts, start, count), path);
    if (filter === 'indexed') return;
    const left = childElementCount(counts) - start - count;
    if (filter === undefined && left > 0) this.note(`${left} more elements`);
    const paged = filter === 'named' ? { start, count } : { start: 0, count: maxPage };
    const named = inspector.named(value);
    this.properties(named.slice(paged.start, paged.start + paged.count), path);
    // The few slots stand on the page that holds the last named property.
    if (paged.start + paged.count < named.length) return;
    const { entries } = counts;
    if (entries > 0) {
      this.variables.push({
        name: '[[Entries]]',
        value: `Array(${entries})`,
        type: 'Array',
        variablesReference: this.#target.containers.add({ kind: 'entries', inspector, value }),
        indexedVariables: entries,
        presentationHint: { kind: 'virtual', visibility: 'internal', attributes: ['readOnly'] },
      });
    }
    this.properties(inspector.internal(value), path);
  }

  properties(properties: readonly Property[], path: string | undefined): void {
    for (const property of properties) this.variables.push(this.#property(property, path));
  }

  #property(property: Property, path: string | undefined): DebugProtocol.Variable {
    const presentationHint = hintOf(property);
    if (property.kind === 'accessor') {
      const functions = [
        property.getter && {
          ...property,
          kind: 'data' as const,
          name: `get ${property.name}`,
          value: property.getter,
        },
        property.setter && {
          ...property,
          kind: 'data' as const,
          name: `set ${property.name}`,
          value: property.setter,
        },
      ].filter((item) => item !== undefined);
      const container: Container = { kind: 'properties', inspector: this.#inspector, properties: functions };
      return {
        name: property.name,
        value: accessorText(property),
        variablesReference: functions.length === 0 ? 0 : this.#target.containers.add(container),
        presentationHint,
      };
    }
    const evaluateName = this.#expression(property, path);
    const shown = show(this.#target, this.#inspector, property.value, evaluateName, this.#options);
    const variable: DebugProtocol.Variable = { name: property.name, ...shown, presentationHint };
    if (evaluateName !== undefined) variable.evaluateName = evaluateName;
    return variable;
  }

  /** A path where the language has one; else the address, which the evaluator takes too. */
  #expression(property: Property, path: string | undefined): string | undefined {
    if (property.kind === 'data' && !property.isSymbol) {
      const own = memberExpression(path, property.name);
      if (own !== undefined) return own;
    }
    return this.#reference(property.value);
  }

  #reference(value: Value): string | undefined {
    const own = this.#inspector.reference?.(value);
    if (own !== undefined) return own;
    const preview = this.#inspector.preview(value);
    return isAbsent(preview) || preview.address === undefined ? undefined : hex(preview.address);
  }

  note(text: string): void {
    this.variables.push({
      name: 'note',
      value: text,
      variablesReference: 0,
      presentationHint: { kind: 'virtual', visibility: 'internal' },
    });
  }

  plain(name: string, value: Value): void {
    const path = this.#reference(value);
    const variable: DebugProtocol.Variable = {
      name,
      ...show(this.#target, this.#inspector, value, path, this.#options),
      presentationHint: { attributes: ['readOnly'] },
    };
    if (path !== undefined) variable.evaluateName = path;
    this.variables.push(variable);
  }

  entries(value: Value, start: number, count: number): void {
    const inspector = this.#inspector;
    inspector.entries(value, start, count).forEach((entry, i) => {
      const name = String(start + i);
      if (entry.key === undefined) {
        this.plain(name, entry.value);
        return;
      }
      const text = (part: Value): string => valueText(inspector, part, this.#options);
      this.variables.push({
        name,
        value: `{${text(entry.key)} => ${text(entry.value)}}`,
        variablesReference: this.#target.containers.add({
          kind: 'entry',
          inspector,
          key: entry.key,
          value: entry.value,
        }),
        presentationHint: { kind: 'virtual', attributes: ['readOnly'] },
      });
    });
  }
}

const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/** `path.name`, `path[0]` or `path["a-b"]`; without a path, the name where it is a variable's. */
export function memberExpression(path: string | undefined, name: string): string | undefined {
  if (path === undefined) return identifier.test(name) ? name : undefined;
  if (identifier.test(name)) return `${path}.${name}`;
  if (/^(0|[1-9]\d*)$/.test(name)) return `${path}[${name}]`;
  return `${path}[${JSON.stringify(name)}]`;
}

function hintOf(property: Property): DebugProtocol.VariablePresentationHint {
  const hint: DebugProtocol.VariablePresentationHint = { kind: 'property', attributes: ['readOnly'] };
  if (property.kind === 'internal') return { ...hint, kind: 'virtual', visibility: 'internal' };
  if (property.kind === 'private') return { ...hint, visibility: 'private' };
  // VS Code shows what is not enumerable in a paler colour, as its JavaScript debugger does.
  return property.enumerable ? { ...hint, visibility: 'public' } : { ...hint, visibility: 'internal' };
}
