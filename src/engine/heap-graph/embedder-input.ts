import type { Address } from '../address.ts';
import { type ModulePlace, placeOf } from '../emulation/imported-functions.ts';
import type { Isolate } from '../v8/isolate.ts';
import type { NativeLayout } from '../v8/layout/native-layout.ts';
import { embedderCallback, environmentOf } from '../v8/node-environment.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';

/** What is needed to ask Node, as other threads can be told. */
export interface EmbedderInput {
  readonly module: ModulePlace;
  /** Environment::BuildEmbedderGraph and its arguments. */
  readonly callback: Address;
  readonly isolate: Address;
  readonly environment: Address;
  /** Of the thread that has the isolate entered. */
  readonly threadBase: number;
  readonly layout: NativeLayout['embedder'];
}

/** The input, or in words why there is none. */
export function embedderInput(view: HeapView, isolate: Isolate): EmbedderInput | string {
  const { runtime } = view;
  const environment = environmentOf(view);
  const callback = environment && embedderCallback(runtime, isolate, environment);
  if (environment === undefined || callback === undefined)
    return 'objects of Node’s C++ are not told: Node was not found in the isolate';
  const { threads } = runtime.core;
  return {
    module: placeOf(runtime.module, runtime.core.instructionSet),
    callback,
    isolate: isolate.address,
    environment,
    threadBase: (threads.find(({ tid }) => tid === isolate.thread) ?? threads[0]!).pointer,
    layout: view.layout.natives.embedder,
  };
}
