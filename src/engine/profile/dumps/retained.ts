import { scriptNames } from '../../analyses/positions.ts';
import { Float64Column } from '../../columns.ts';
import type { Heap } from '../../graph/heap.ts';
import { ROOT } from '../../graph/types.ts';
import { ProfileBuilder } from '../builder.ts';
import type { Profile } from '../profile.ts';

/**
 * Retained bytes along the dominator tree: a stack is the classes from the roots down to an object, its width
 * the bytes that go away with it. Objects of one class in a row (a list's nodes) are one frame.
 */
export function retainedProfile(heap: Heap): Profile {
  const { graph, classes, dominators } = heap;
  const builder = new ProfileBuilder('retained bytes', [
    { name: 'size', unit: 'bytes' },
    { name: 'objects', unit: 'count' },
  ]);
  const scripts = scriptNames(graph);
  const frameOf = Int32Array.from(classes.list, ({ name, location }) =>
    builder.frame({
      name,
      source: (location && scripts.get(location.scriptId)) ?? '',
      line: location ? location.line + 1 : 0,
      column: location ? location.column + 1 : 0,
      kind: 'heap',
      tier: '',
      module: '',
    }),
  );
  const roots = builder.frame({
    name: '(GC roots)',
    source: '',
    line: 0,
    column: 0,
    kind: 'heap',
    tier: '',
    module: '',
  });
  const sizes = new Float64Column();
  const counts = new Float64Column();
  const stackOf = new Int32Array(graph.nodeCount).fill(-1);
  const { shallowSizes } = heap;
  const add = (stack: number, size: number) => {
    while (sizes.length <= stack) {
      sizes.push(0);
      counts.push(0);
    }
    sizes.add(stack, size);
    counts.add(stack, 1);
  };
  for (const node of dominators.order) {
    if (node === ROOT) continue;
    const above = dominators.dominator[node]!;
    const caller = above === ROOT ? -1 : stackOf[above]!;
    const frame = frameOf[classes.ofNode[node]!]!;
    const stack =
      caller >= 0 && builder.stacks.frame(caller) === frame ? caller : builder.stacks.push(caller, frame);
    stackOf[node] = stack;
    add(stack, shallowSizes[node]!);
  }
  let reached = 0;
  for (let stack = 0; stack < sizes.length; stack++) {
    reached += sizes.get(stack);
    builder.sample(stack, sizes.get(stack), counts.get(stack));
  }
  // Of the root itself, and of what only weak references lead to.
  const rest = heap.retainedSizes[0]! - reached;
  if (rest > 0) builder.sample(builder.stacks.push(-1, roots), rest, 0);
  builder.notes.push(...graph.gaps);
  return builder.done();
}
