import type { Cdp, PropertiesResult, PropertyDescriptor, RemoteObject } from './cdp.ts';
import type { RecordedProperty, RecordedValue } from './recording.ts';

/** Own properties of one object that are recorded at most. */
const widest = 60;
/** Objects that are asked for their properties, in one recording. */
const most = 12_000;

/** Turns remote objects into recorded values of a given depth, within a budget. */
export class ValueRecorder {
  readonly #cdp: Cdp;
  #left = most;

  constructor(cdp: Cdp) {
    this.#cdp = cdp;
  }

  async value(remote: RemoteObject, depth: number): Promise<RecordedValue> {
    const shell = {
      type: remote.type,
      subtype: remote.subtype ?? null,
      className: remote.className ?? null,
      description: remote.description ?? null,
      value: primitive(remote),
    };
    if (depth === 0 || !isExpandable(remote) || remote.objectId === undefined || this.#left <= 0) {
      return { ...shell, properties: [], internal: [], omitted: 0 };
    }
    this.#left--;
    const found =
      remote.className === 'Arguments'
        ? await this.#elements(remote.objectId)
        : await this.properties(remote.objectId);
    const own = [...found.result, ...(found.privateProperties ?? [])];
    return {
      ...shell,
      properties: await this.#all(own.slice(0, widest), depth - 1),
      internal: await this.#all((found.internalProperties ?? []).filter(isStored), depth - 1),
      omitted: Math.max(0, own.length - widest),
    };
  }

  async variables(objectId: string, depth: number): Promise<RecordedProperty[]> {
    const found = await this.properties(objectId);
    return this.#all(found.result, depth);
  }

  properties(objectId: string): Promise<PropertiesResult> {
    return this.#cdp.send<PropertiesResult>('Runtime.getProperties', { objectId, ownProperties: true });
  }

  /** Of an arguments object: see `isExpandable`. */
  async #elements(objectId: string): Promise<PropertiesResult> {
    const { result } = await this.#cdp.send<{ result: RemoteObject }>('Runtime.callFunctionOn', {
      objectId,
      functionDeclaration: 'function () { return Array.prototype.slice.call(this); }',
    });
    const found = await this.properties(result.objectId ?? '');
    return { result: found.result.filter((entry) => entry.name !== 'length') };
  }

  async #all(list: PropertyDescriptor[], depth: number): Promise<RecordedProperty[]> {
    const out: RecordedProperty[] = [];
    for (const entry of list) {
      const accessor = entry.value === undefined && (entry.get !== undefined || entry.set !== undefined);
      const deep = entry.name === '[[Prototype]]' ? 0 : depth;
      const value = entry.value === undefined ? null : await this.value(entry.value, deep);
      out.push({ name: entry.name, value, accessor });
    }
    return out;
  }
}

/**
 * The inspector calls native getters while it lists properties, and one that throws aborts the process in
 * the middle of the recording: `caller` of Function.prototype, `callee` of strict arguments.
 */
function isExpandable(remote: RemoteObject): boolean {
  if (remote.type === 'function') return !remote.description?.includes('[native code]');
  return remote.type === 'object';
}

/** What the inspector makes up by running code, or that shows no state of the process. */
function isStored(entry: PropertyDescriptor): boolean {
  return entry.name !== '[[Scopes]]' && entry.name !== '[[FunctionLocation]]';
}

function primitive(remote: RemoteObject): string | number | boolean | null {
  if (remote.unserializableValue !== undefined) return remote.unserializableValue;
  const value = remote.value;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
