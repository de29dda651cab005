import { isAbsent } from '../../src/engine/absence.ts';
import { childElements } from '../../src/engine/v8/child-elements.ts';
import type { Inspector, Preview, Property, Value } from '../../src/engine/v8/inspect.ts';
import type { RecordedProperty, RecordedValue } from './recording.ts';

type ValueAspect = 'variables' | 'values';

type Report = (aspect: ValueAspect, ok: boolean, where: string, theirs: string, ours: string) => void;

const mostElements = 1000;

/**
 * Compares recorded values with the engine's: type, subtype, class, description and value of each, then its
 * properties as deep as they were recorded.
 */
export class ValueComparison {
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  value(
    where: string,
    theirs: RecordedValue,
    ours: Value,
    inspector: Inspector,
    aspect: ValueAspect = 'values',
  ): void {
    const preview = inspector.preview(ours);
    if (isAbsent(preview)) {
      this.#report(aspect, false, where, text(theirs), `absent: ${preview.reason}`);
      return;
    }
    const difference = differs(theirs, preview);
    this.#report(aspect, difference === undefined, where, ...(difference ?? ['', '']));
    if (theirs.properties.length === 0 && theirs.internal.length === 0) return;
    const elements = childElements(inspector, ours, inspector.counts(ours), 0, mostElements);
    const named = [...inspector.named(ours), ...elements];
    this.#properties(where, theirs, theirs.properties, named, inspector);
    this.#properties(where, theirs, theirs.internal, inspector.internal(ours), inspector);
    for (const name of privateMethods(theirs)) {
      const found = named.some((property) => property.name === name);
      this.#report('values', found, `${where}.${name}`, 'a private method', 'none');
    }
  }

  #properties(
    where: string,
    owner: RecordedValue,
    theirs: readonly RecordedProperty[],
    ours: readonly Property[],
    inspector: Inspector,
  ): void {
    // Symbols of the same description are told apart by their order.
    const byName = new Map<string, Property[]>();
    for (const property of ours) {
      const same = byName.get(property.name);
      if (same) same.push(property);
      else byName.set(property.name, [property]);
    }
    for (const property of theirs) {
      // Older inspectors show the bindings of a namespace without their values.
      const hidden = owner.className === 'Module' && property.accessor;
      if (hidden || !isComparable(property)) continue;
      const label = `${where}.${property.name}`;
      const own = byName.get(property.name)?.shift();
      if (own === undefined) {
        this.#report(
          'values',
          false,
          label,
          property.value ? text(property.value) : 'accessor',
          'no property',
        );
      } else if (property.value === null && isPrivateSymbol(own.value, inspector)) {
      } else if (property.value === null) {
        this.#report('values', own.kind === 'accessor', label, 'accessor', own.kind);
      } else {
        this.value(label, property.value, own.value, inspector);
      }
    }
  }
}

const madeUp = new Set(['[[ArrayBufferData]]', '[[Entries]]', '[[GeneratorLocation]]', '[[PrivateMethods]]']);

/** Names in [[PrivateMethods]], which the engine gives as private properties of the object. */
function privateMethods(value: RecordedValue): string[] {
  const list = value.internal.find(({ name }) => name === '[[PrivateMethods]]');
  return (list?.value?.properties ?? []).flatMap((item) => {
    const name = item.value?.properties.find((property) => property.name === 'name')?.value?.value;
    return typeof name === 'string' ? [name] : [];
  });
}

/**
 * Left out: what the inspector makes up or finds by running code. [[Entries]] and its like are objects
 * that exist in no heap; [[ArrayBufferData]] is a running number of V8's, where the engine shows the address;
 * `caller` and `arguments` of sloppy functions walk the live stack;
 * process.moduleLoadList grows while the recording reads lazy properties.
 */
function isComparable({ name, value }: RecordedProperty): boolean {
  if (madeUp.has(name) || name === 'moduleLoadList') return false;
  const byStack = name === 'arguments' || name === 'caller';
  return (
    !byStack || !(value?.className === 'Arguments' || value?.type === 'function' || value?.subtype === 'null')
  );
}

/** The inspector never hands out V8's private symbols. */
export function isPrivateSymbol(value: Value, inspector: Inspector): boolean {
  const preview = inspector.preview(value);
  return !isAbsent(preview) && preview.type === 'symbol';
}

function differs(theirs: RecordedValue, ours: Preview): [string, string] | undefined {
  const pairs: [string, unknown, unknown][] = [
    ['type', theirs.type, ours.type],
    ['subtype', theirs.subtype ?? undefined, ours.subtype],
    ['class', theirs.className ?? undefined, ours.className],
    ['value', primitiveOf(theirs), primitiveText(ours)],
  ];
  if ((theirs.type === 'object' && theirs.subtype !== 'null') || theirs.type === 'function') {
    pairs.push(['description', theirs.description ?? undefined, ours.description]);
  }
  const wrong = pairs.find(([, a, b]) => a !== b);
  return wrong && [`${wrong[0]} ${wrong[1]}`, `${wrong[2]}`];
}

function primitiveOf(value: RecordedValue): string {
  if (value.type === 'object' && value.subtype === 'null') return 'null';
  return value.value === null ? '' : String(value.value);
}

function primitiveText(preview: Preview): string {
  const { type, subtype, primitive } = preview;
  if (subtype === 'null') return 'null';
  if (primitive === undefined || primitive === null || type === 'symbol') return '';
  if (type === 'bigint') return `${primitive}n`;
  return Object.is(primitive, -0) ? '-0' : String(primitive);
}

function text(value: RecordedValue): string {
  return value.description ?? String(value.value ?? value.type);
}
