import type { Constants } from './constants.ts';

/** Where the debugger of a release line words a value in its own way (inspector/value-mirror.cc). */
export function inspectorRules(c: Constants) {
  const rule = (name: string, table: Parameters<Constants['table']>[1]) =>
    c.table(`inspector.${name}`, table) === 1;
  return {
    /** An error shows its class and message, then what its stack says behind the message. */
    errorFromMessage: rule('error_from_message', [0, 0, 0, 1, 1]),
    /** Objects with own `length` and `splice` count as arrays. */
    arrayLikes: rule('array_likes', [1, 1, 0, 0, 0]),
    /** `Proxy(Target)` instead of `Proxy`. */
    proxyTarget: rule('proxy_target', [0, 1, 1, 1, 1]),
    /** A static `name` of the constructor names its instances. */
    ownConstructorName: rule('own_constructor_name', [0, 0, 0, 0, 1]),
    /** Stack traces name any function that is the receiver, not only classes. */
    functionReceivers: rule('function_receivers', [0, 0, 0, 1, 1]),
    /** The global proxy's prototype is the global object behind it, not that one's own. */
    hiddenGlobalPrototype: rule('hidden_global_prototype', [1, 0, 0, 0, 0]),
    /** The global object of a context that has no `Symbol.toStringTag` is of class `global`. */
    globalClass: rule('global_class', [1, 1, 1, 1, 0]),
    privateMethodList: rule('private_method_list', [0, 1, 1, 1, 1]),
  };
}

export type InspectorRules = ReturnType<typeof inspectorRules>;
