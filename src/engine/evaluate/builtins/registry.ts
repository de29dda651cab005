import type { Machine } from '../machine.ts';
import type { Operand, Steps } from '../operand.ts';
import { arrayIntrinsics } from './array.ts';
import { arrayConstructor } from './array-constructor.ts';
import { arrayMutators } from './array-mutators.ts';
import { bufferIntrinsics } from './buffer.ts';
import { collectionIntrinsics } from './collection.ts';
import { dateIntrinsics } from './date.ts';
import { functionIntrinsics } from './function.ts';
import { iteratorIntrinsics } from './iterator.ts';
import { jsonIntrinsics } from './json.ts';
import { mathIntrinsics } from './math.ts';
import { numberIntrinsics } from './number.ts';
import { objectIntrinsics } from './object.ts';
import { regExpIntrinsics } from './regexp.ts';
import { stringIntrinsics } from './string.ts';
import { typedArrayConstructor } from './typed-array-constructor.ts';

export type Run = (machine: Machine, self: Operand, args: readonly Operand[]) => Steps<Operand>;

/** A builtin of the language that is evaluated: our own code that does what V8's does. */
export interface Intrinsic {
  /** V8's names of it (src/builtins/builtins-definitions.h and the .tq files), as lines differ. */
  readonly builtin: string | readonly string[];
  /** As in ECMA-262: "Array.prototype.filter". */
  readonly path: string;
  readonly run?: Run;
  /** Set for getters; they take no steps. */
  readonly get?: (machine: Machine, self: Operand) => Operand;
  readonly construct?: Run;
}

let byBuiltin: Map<string, Intrinsic> | undefined;
let byPath: Map<string, Intrinsic> | undefined;

export function allIntrinsics(): readonly Intrinsic[] {
  return [
    ...arrayIntrinsics,
    ...arrayConstructor,
    ...arrayMutators,
    ...bufferIntrinsics,
    ...collectionIntrinsics,
    ...dateIntrinsics,
    ...functionIntrinsics,
    ...iteratorIntrinsics,
    ...jsonIntrinsics,
    ...mathIntrinsics,
    ...numberIntrinsics,
    ...objectIntrinsics,
    ...regExpIntrinsics,
    ...stringIntrinsics,
    ...typedArrayConstructor,
  ];
}

/** The intrinsic that V8's builtin `name` is. */
export function intrinsicOf(name: string | undefined): Intrinsic | undefined {
  if (name === undefined) return undefined;
  byBuiltin ??= new Map(
    allIntrinsics().flatMap((i) => [i.builtin].flat().map((builtin) => [builtin, i] as const)),
  );
  return byBuiltin.get(name);
}

/** The intrinsic of a path of ECMA-262. */
export function intrinsicAt(path: string): Intrinsic | undefined {
  byPath ??= new Map(allIntrinsics().map((i) => [i.path, i]));
  return byPath.get(path);
}
