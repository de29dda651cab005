/** Constructor prefixes of builtins whose JavaScript spelling differs. */
const SPELLINGS: Readonly<Record<string, string>> = {
  Json: 'JSON',
  Iterator: 'Iterator',
  Global: '',
};

/**
 * A builtin as stack traces show it: "Array.map" for ArrayMap or ArrayPrototypeMap with the function's own
 * name "map"; builtins that are no methods keep their names. `functionName` is that of the JSFunction.
 */
export function readableBuiltinName(builtin: string, functionName: string): string {
  const plain = functionName.replace(/^(get|set) /, '').replace(/^\[Symbol\.(\w+)\]$/, '$1');
  if (plain === '') return builtin;
  if (plain.toLowerCase() === builtin.toLowerCase()) return functionName;
  if (!builtin.toLowerCase().endsWith(plain.toLowerCase())) return functionName;
  const owner = builtin
    .slice(0, builtin.length - plain.length)
    .replace(/(Getter|Setter)$/, '')
    .replace(/Prototype(Get|Set)?$/, '');
  if (owner === '' || /Constructor$/.test(owner)) return functionName;
  const spelled = SPELLINGS[owner] ?? owner;
  return spelled === '' ? functionName : `${spelled}.${functionName}`;
}
