import type { Context } from './context.ts';
import type { FunctionTraits } from './scope.ts';

/** What a form puts together: a function's parts, written before. */
export interface FunctionParts {
  readonly level: number;
  /** The name by which the program finds the function. */
  readonly name: string;
  /** "async " or nothing. */
  readonly prefix: string;
  readonly parameters: string;
  readonly body: string;
}

/** A way to declare a function, and to call it. */
export interface FunctionForm {
  readonly declare: (parts: FunctionParts, context: Context) => string;
  readonly call: (name: string, args: readonly string[], level: number) => string;
  /** False for those that have one parameter or none. */
  readonly hasParameters: boolean;
  readonly hasArguments: boolean;
  readonly traits: Omit<FunctionTraits, 'isAsync'>;
}

const plainCall: FunctionForm['call'] = (name, args) => `${name}(${args.join(', ')})`;
const runCall: FunctionForm['call'] = (name, args) => `${name}.run(${args.join(', ')})`;
const newCall: FunctionForm['call'] = (name, args) => `new ${name}(${args.join(', ')})`;

const ofFunction = {
  call: plainCall,
  hasParameters: true,
  hasArguments: true,
  traits: { isStrict: false, hasReceiver: false, mayReturn: true },
};
const ofObject = { ...ofFunction, call: runCall, traits: { ...ofFunction.traits, hasReceiver: true } };
const ofClass = { ...ofObject, traits: { ...ofObject.traits, isStrict: true } };
const derived = { ...ofClass, call: newCall, traits: { ...ofClass.traits, mayReturn: false } };

/** Those that can be asynchronous, too. */
const either: readonly FunctionForm[] = [
  {
    ...ofFunction,
    declare: ({ prefix, name, parameters, body }) => `${prefix}function ${name}(${parameters}) {\n${body}\n}`,
  },
  {
    ...ofFunction,
    declare: ({ prefix, name, parameters, body, level }, { draw }) =>
      `const ${name} = ${prefix}function ${draw.chance(0.5) ? `self${level}` : ''}(${parameters}) {\n${body}\n};`,
  },
  {
    ...ofFunction,
    hasArguments: false,
    declare: ({ prefix, name, parameters, body }) =>
      `const ${name} = ${prefix}(${parameters}) => {\n${body}\n};`,
  },
  {
    ...ofObject,
    declare: ({ prefix, name, parameters, body, level }) =>
      `const ${name} = { name: 'o${level}', ${prefix}run(${parameters}) {\n${body}\n} };`,
  },
  {
    ...ofClass,
    call: (name, args) => `${name}.open(${args.join(', ')})`,
    declare: ({ prefix, name, parameters, body, level }) =>
      `const ${name} = new (class Private${level} {\n#secret = ${level};\n${prefix}#run(${parameters}) {\n` +
      `keep(this.#secret);\n${body}\n}\nopen(...args) { return this.#run(...args); }\n})();`,
  },
];

const asynchronous: readonly FunctionForm[] = [
  ...either,
  {
    ...ofFunction,
    declare: ({ name, parameters, body, level }) =>
      `const ${name} = (...args) => steps${level}(...args).next();\n` +
      `async function* steps${level}(${parameters}) {\n${body}\nyield 2;\n}`,
  },
];

const synchronous: readonly FunctionForm[] = [
  ...either,
  {
    ...ofFunction,
    declare: ({ name, parameters, body }) =>
      `const ${name} = (...args) => (function (${parameters}) {\n${body}\n})(...args);`,
  },
  {
    ...ofFunction,
    call: (name, args) => `[...${name}(${args.join(', ')})]`,
    declare: ({ name, parameters, body }) => `function* ${name}(${parameters}) {\nyield 1;\n${body}\n}`,
  },
  {
    ...ofObject,
    call: (name, args, level) => `${name}.k${level}(${args.join(', ')})`,
    declare: ({ name, parameters, body, level }) =>
      `const ${name} = { ['k' + ${level}](${parameters}) {\n${body}\n} };`,
  },
  {
    ...ofObject,
    call: (name, args, level) => `${name}[Symbol.for('k${level}')](${args.join(', ')})`,
    declare: ({ name, parameters, body, level }) =>
      `const ${name} = { [Symbol.for('k${level}')](${parameters}) {\n${body}\n} };`,
  },
  {
    ...ofObject,
    hasParameters: false,
    call: (name, [boom]) => `${name}(${boom}).it`,
    declare: ({ name, body }) => `const ${name} = (boom) => ({ get it() {\n${body}\n} });`,
  },
  {
    ...ofObject,
    hasParameters: false,
    call: (name, [boom]) => `(${name}.it = ${boom})`,
    declare: ({ name, body }) => `const ${name} = { set it(boom) {\n${body}\n} };`,
  },
  {
    ...ofClass,
    declare: ({ name, parameters, body }) => `class ${name} {\nstatic run(${parameters}) {\n${body}\n}\n}`,
  },
  {
    ...ofClass,
    hasArguments: false,
    call: (name, args) => `new ${name}().run(${args.join(', ')})`,
    declare: ({ name, parameters, body }) => `class ${name} {\nrun = (${parameters}) => {\n${body}\n};\n}`,
  },
  {
    ...ofClass,
    call: newCall,
    declare: ({ name, parameters, body, level }) =>
      `class ${name} {\nheld = ${level};\nconstructor(${parameters}) {\n${body}\n}\n}`,
  },
  {
    ...derived,
    declare: (parts) => derivedClass(parts, `super(${parts.level});\n${parts.body}`),
  },
  {
    ...derived,
    declare: (parts) => derivedClass(parts, `${parts.body}\nsuper(${parts.level});`),
  },
];

export function functionForms(isAsync: boolean): readonly FunctionForm[] {
  return isAsync ? asynchronous : synchronous;
}

function derivedClass({ name, parameters, level }: FunctionParts, body: string): string {
  return (
    `class Base${level} { constructor(given) { this.base = given; } }\n` +
    `class ${name} extends Base${level} {\nown = ${level};\nconstructor(${parameters}) {\n${body}\n}\n}`
  );
}
