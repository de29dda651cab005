/** Rows of docs/support.md: a kind of value, and which names of test/programs/values.cjs show it. */
const kinds: readonly [string, RegExp][] = [
  [
    'undefined, null, booleans, numbers',
    /^(undefined|null|true|false|smi|overSmi|double|minus|nan|infinity)/,
  ],
  ['BigInt', /^bigint(?!64|U)/],
  ['symbols', /^symbol/],
  ['strings of every representation', /^string(?!Iterator)/],
  ['plain objects: fast, dictionary, frozen, accessors', /^(object|held|readded|constChanged|nested)/],
  ['classes, instances, private members', /^(base|derived|oldStyle|class|instance)/],
  ['functions', /^(function|constructor|requireFunction)/],
  ['arrays: every elements kind, holes, sparse', /^array(?!Buffer|Iterator|Entries)/],
  ['arguments', /^arguments/],
  ['Map and Set', /^(map|set)(?!.*Iterator)/],
  ['WeakMap, WeakSet, WeakRef, FinalizationRegistry', /^(weak|finalization)/],
  ['iterators', /[iI]terator/],
  ['Date', /^date/],
  ['RegExp', /^regexp/],
  ['Error: message, stack, cause, code', /^error/],
  ['Promise', /^promise/],
  ['generators and async functions', /^(generator|asyncGenerator)/],
  ['ArrayBuffer, SharedArrayBuffer', /^(arrayBuffer|sharedArrayBuffer)/],
  ['typed arrays, DataView, Buffer', /(Array|^dataView|^buffer\w*|^typedArray\w*)$/],
  ['boxed primitives', /^wrapped/],
  ['Proxy', /^proxy/],
  ['module namespaces', /^namespace/],
  ['global object', /^globalThis/],
  ['objects of Node and V8: process, console, URL, Intl, WebAssembly, …', /./],
];

export function kindOf(name: string): string {
  return kinds.find(([, names]) => names.test(name))![0];
}
