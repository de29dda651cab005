import { type Absence, absent } from '../absence.ts';
import { isContext, nodeName } from '../analyses/describe.ts';
import { positionOf, positionText, type SourcePosition } from '../analyses/positions.ts';
import type { Heap } from '../graph/heap.ts';
import { type NodeOrdinal, NodeType } from '../graph/types.ts';
import type { ChildCounts, Inspector, Kind, Preview, Property, Value } from '../v8/inspect.ts';
import { type Elements, elementsFrom, elementsOf, isSparse, presentElements } from './elements.ts';
import { EntryTables } from './entries.ts';
import { listLength, listRows } from './lists.ts';
import { kindOf } from './node-kinds.ts';
import { nodeOf, nodeValue, View } from './node-value.ts';
import { countNamed, internalProperty, namedProperties, ownProperty, prototypeOf } from './properties.ts';

const NOTHING: ChildCounts = { named: 0, indexed: 0, internal: 0, entries: 0 };

/** Names of the lists that are shown with every object. */
const lists: readonly (readonly [string, View])[] = [
  ['[[Retainers]]', View.retainers],
  ['[[Dominates]]', View.dominated],
  ['[[Path]]', View.path],
];

/** Children of an object that its line shows. */
const SHOWN = 5;
const SHOWN_TEXT = 40;

/** Shows the nodes of a heap graph as a debugger shows values, and says what a snapshot does not hold. */
export class HeapInspector implements Inspector {
  readonly heap: Heap;
  readonly #tables: EntryTables;

  constructor(heap: Heap) {
    this.heap = heap;
    this.#tables = new EntryTables(heap);
  }

  preview(value: Value): Preview | Absence {
    if (value.kind === 'absent') return value.absence;
    if (value.kind === 'synthetic') return primitivePreview(value.primitive);
    const at = nodeOf(value);
    if (!at) return absent('not of this heap');
    const { heap } = this;
    const { node, view } = at;
    const object = (
      type: 'object' | 'function',
      className: string,
      description: string,
      subtype?: string,
    ) => ({
      ...primitivePreview(undefined),
      type,
      subtype,
      className,
      description,
    });
    if (view !== View.node) return object('object', 'list', this.text(value) ?? '');
    const kind = kindOf(heap, node);
    switch (kind.kind) {
      case 'primitive':
        return primitivePreview(kind.primitive);
      case 'cut':
        return primitivePreview(`${kind.text}…`);
      case 'symbol':
        return { ...primitivePreview(undefined), type: 'symbol', description: symbolText(kind.description) };
      case 'unknown':
        return absent(kind.reason);
      case 'internal':
        return object('object', heap.graph.typeName(node), nodeName(heap, node));
      case 'object':
        return object(kind.type, this.#className(node), this.text(value) ?? '', kind.subtype);
    }
  }

  kind(value: Value): Kind | undefined {
    const at = nodeOf(value);
    if (!at || at.view !== View.node) return undefined;
    const kind = kindOf(this.heap, at.node);
    if (kind.kind === 'object') return { type: kind.type, subtype: kind.subtype, primitive: undefined };
    if (kind.kind === 'internal') return { type: 'object', subtype: undefined, primitive: undefined };
    // Nothing can be computed with a part of a text: it is an object without properties.
    if (kind.kind === 'cut') return { type: 'object', subtype: 'cut', primitive: undefined };
    return undefined;
  }

  /** One line: what it is, and the first things in it. Undefined for primitives. */
  text(value: Value): string | undefined {
    const at = nodeOf(value);
    if (!at) return undefined;
    const { node, view } = at;
    if (view !== View.node) return rows(listLength(this.heap, node, view));
    const kind = kindOf(this.heap, node);
    if (kind.kind === 'internal') return nodeName(this.heap, node);
    if (kind.kind !== 'object') return undefined;
    if (kind.type === 'function') return this.#functionText(node);
    const className = this.#className(node);
    if (kind.subtype !== undefined) return this.#entriesText(node, className);
    const elements = elementsOf(this.heap, node);
    if (elements.end > 0 || className === 'Array') return this.#elementsText(node, className, elements);
    const names = namedProperties(this.heap, node).map((p) =>
      p.kind === 'accessor' ? `${p.name}: (…)` : `${p.name}: ${this.#short(p.value)}`,
    );
    return `${className === 'Object' ? '' : `${className} `}{${listed(names, names.length)}}`;
  }

  /** What an expression names it by where no path leads to it: `@` and its id. */
  reference(value: Value): string | undefined {
    const at = nodeOf(value);
    return at && at.view === View.node ? `@${this.heap.graph.nodeId[at.node]}` : undefined;
  }

  counts(value: Value): ChildCounts {
    const at = nodeOf(value);
    if (!at) return NOTHING;
    const { heap } = this;
    const { node, view } = at;
    if (view !== View.node) return { ...NOTHING, indexed: listLength(heap, node, view) };
    const kind = kindOf(heap, node);
    if (kind.kind === 'internal')
      return { ...NOTHING, indexed: listLength(heap, node, view), internal: this.#slots(node, false).length };
    if (kind.kind !== 'object') return NOTHING;
    const { end, count } = elementsOf(heap, node);
    const counts = {
      named: countNamed(heap, node),
      indexed: end,
      internal: this.#slots(node, true).length,
      entries: kind.subtype === undefined ? 0 : this.#tables.count(node),
    };
    return isSparse({ count, end }) ? { ...counts, present: count } : counts;
  }

  named(value: Value): readonly Property[] {
    const node = this.#object(value);
    return node === null ? [] : namedProperties(this.heap, node);
  }

  indexed(value: Value, start: number, count: number): readonly Property[] {
    const at = nodeOf(value);
    if (!at) return [];
    if (at.view !== View.node || kindOf(this.heap, at.node).kind === 'internal')
      return listRows(this.heap, at.node, at.view, start, count);
    return elementsFrom(this.heap, at.node, start, count);
  }

  present(value: Value, start: number, count: number): readonly Property[] {
    const node = this.#object(value);
    return node === null ? [] : presentElements(this.heap, node, start, count);
  }

  internal(value: Value): readonly Property[] {
    const at = nodeOf(value);
    if (!at || at.view !== View.node) return [];
    const { kind } = kindOf(this.heap, at.node);
    return kind === 'object' || kind === 'internal' ? this.#slots(at.node, kind === 'object') : [];
  }

  entries(value: Value, start: number, count: number): readonly { key: Value | undefined; value: Value }[] {
    const node = this.#object(value);
    return node === null ? [] : this.#tables.slice(node, start, count);
  }

  memory(_value: Value): Absence {
    return absent('heap snapshots do not hold the bytes of buffers');
  }

  location(value: Value): { url: string; line: number; column: number } | undefined {
    const node = this.#object(value);
    const position = node === null ? null : positionOf(this.heap.graph, node);
    return position?.source
      ? { url: position.source, line: position.line, column: position.column }
      : undefined;
  }

  own(value: Value, name: string): Property | undefined {
    const node = this.#object(value);
    return node === null ? undefined : ownProperty(this.heap, node, name);
  }

  prototype(value: Value): Value {
    const node = this.#object(value);
    const prototype = node === null ? null : prototypeOf(this.heap, node);
    return prototype === null ? { kind: 'synthetic', primitive: null } : nodeValue(prototype);
  }

  builtin(value: Value): string | undefined {
    const node = this.#object(value);
    const { graph } = this.heap;
    // Functions of scripts have a position; their code may be a builtin that compiles or interprets them.
    if (node === null || graph.nodeType[node] !== NodeType.closure || positionOf(graph, node))
      return undefined;
    const code = this.heap.graph.internalTarget(node, 'code');
    return code === null ? undefined : /^\((\w+) builtin(?: code| handle)?\)$/.exec(graph.name(code))?.[1];
  }

  /** The node of an object, a function or a scope; null for everything else. */
  #object(value: Value): NodeOrdinal | null {
    const at = nodeOf(value);
    return at && at.view === View.node && kindOf(this.heap, at.node).kind === 'object' ? at.node : null;
  }

  #slots(node: NodeOrdinal, isObject: boolean): Property[] {
    const { heap } = this;
    const { graph } = heap;
    const slots: Property[] = [];
    const add = (name: string, to: NodeOrdinal | null): void => {
      if (to !== null) slots.push(internalProperty(name, nodeValue(to)));
    };
    const plain = (name: string, primitive: string | number): void => {
      slots.push(internalProperty(name, { kind: 'synthetic', primitive }));
    };
    const position = positionOf(graph, node);
    if (position)
      plain(
        graph.nodeType[node] === NodeType.closure ? '[[FunctionLocation]]' : '[[ConstructorLocation]]',
        positionText(position),
      );
    if (graph.nodeType[node] === NodeType.closure)
      add('[[Scope]]', heap.graph.internalTarget(node, 'context'));
    if (isContext(heap, node)) add('[[OuterScope]]', heap.graph.internalTarget(node, 'previous'));
    plain('[[Id]]', graph.nodeId[node]!);
    plain('[[ShallowSize]]', heap.shallowSize(node));
    plain('[[RetainedSize]]', heap.retainedSize(node));
    for (const [name, view] of lists) slots.push(internalProperty(name, nodeValue(node, view)));
    if (isObject) {
      slots.push(internalProperty('[[Internals]]', nodeValue(node, View.internals)));
      add('[[Prototype]]', prototypeOf(heap, node));
    }
    return slots;
  }

  #className(node: NodeOrdinal): string {
    if (isContext(this.heap, node)) return 'Scope';
    return this.heap.graph.nodeType[node] === NodeType.closure ? 'Function' : nodeName(this.heap, node);
  }

  #functionText(node: NodeOrdinal): string {
    const position = positionOf(this.heap.graph, node);
    const name = nodeName(this.heap, node);
    return position ? `ƒ ${name} (${shortPosition(position)})` : `ƒ ${name}`;
  }

  #entriesText(node: NodeOrdinal, className: string): string {
    const count = this.#tables.count(node);
    const parts = this.#tables
      .slice(node, 0, SHOWN)
      .map(({ key, value }) =>
        key === undefined ? this.#short(value) : `${this.#short(key)} => ${this.#short(value)}`,
      );
    return `${className}(${count}) {${listed(parts, count)}}`;
  }

  #elementsText(node: NodeOrdinal, className: string, { count, end, room }: Elements): string {
    const shown = isSparse({ count, end })
      ? presentElements(this.heap, node, 0, SHOWN)
      : elementsFrom(this.heap, node, 0, 4 * SHOWN).slice(0, SHOWN);
    const parts = shown.map((p) => this.#short(p.value));
    const title = className === 'Array' ? '' : `${className} `;
    const extent = count === end ? `${count}` : `${count} of at least ${end}`;
    const note = count > 0 ? extent : room ? `none is an object; room for ${room}` : 'none';
    return `${title}[${listed(parts, count)}] (elements: ${note})`;
  }

  /** A value inside of another's line. */
  #short(value: Value): string {
    const at = nodeOf(value);
    if (!at) return value.kind === 'absent' ? '?' : '…';
    const kind = kindOf(this.heap, at.node);
    switch (kind.kind) {
      case 'primitive':
        return kind.type === 'string' ? quoted(String(kind.primitive)) : String(kind.primitive);
      case 'cut':
        return quoted(kind.text);
      case 'symbol':
        return symbolText(kind.description);
      case 'unknown':
        return '?';
      case 'internal':
        return nodeName(this.heap, at.node).slice(0, SHOWN_TEXT);
      case 'object': {
        if (kind.type === 'function') return 'ƒ';
        const name = this.#className(at.node);
        return name === 'Object' ? '{…}' : name === 'Array' ? '[…]' : name.slice(0, SHOWN_TEXT);
      }
    }
  }
}

function primitivePreview(primitive: string | number | boolean | bigint | null | undefined): Preview {
  return {
    type: primitive === null ? 'object' : (typeof primitive as Preview['type']),
    subtype: primitive === null ? 'null' : undefined,
    primitive,
    className: undefined,
    description: String(primitive),
    address: undefined,
  };
}

function symbolText(description: string): string {
  return `Symbol(${description === 'symbol' ? '' : description})`;
}

function quoted(text: string): string {
  return text.length > SHOWN_TEXT ? `'${text.slice(0, SHOWN_TEXT)}…'` : `'${text}'`;
}

function listed(parts: readonly string[], total: number): string {
  return parts.slice(0, SHOWN).join(', ') + (total > SHOWN ? ', …' : '');
}

function rows(count: number): string {
  return count === 1 ? '1 node' : `${count} nodes`;
}

/** `app.js:12:7`: the file's name, the line and the column. */
function shortPosition(position: SourcePosition): string {
  return positionText(position).replace(/^.*\//, '');
}
