import { Fault } from '../absence.ts';
import { address } from '../address.ts';
import type { Processor, StandIn } from './processor.ts';

const MAX_BYTES = 64 << 20;
const MAX_BUCKETS = 1 << 28;

/** The prime from `n` on: hash tables of libstdc++ have such numbers of buckets. */
const nextPrime = (n: number): number => {
  if (!(n < MAX_BUCKETS)) throw new Fault(address(0), 'a hash table has too many buckets');
  for (let p = Math.max(3, n | 1); ; p += 2) {
    let isPrime = true;
    for (let d = 3; d * d <= p && isPrime; d += 2) isPrime = p % d !== 0;
    if (isPrime) return p;
  }
};

/** The argument that says how many bytes; each counts as a step. */
function sized(processor: Processor, n: number): number {
  const bytes = processor.argument(n);
  if (bytes > MAX_BYTES) throw new Fault(address(0), 'too many bytes at once');
  processor.steps += bytes;
  return bytes;
}

function move(processor: Processor): number {
  const { memory } = processor;
  const to = processor.argument(0);
  const from = processor.argument(1);
  const bytes = sized(processor, 2);
  const copy = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i++) copy[i] = memory.byte(from + i);
  for (let i = 0; i < bytes; i++) memory.setByte(to + i, copy[i]!);
  return to;
}

function fill(processor: Processor): number {
  const to = processor.argument(0);
  const bytes = sized(processor, 2);
  for (let i = 0; i < bytes; i++) processor.memory.setByte(to + i, processor.argument(1) & 0xff);
  return to;
}

function length(processor: Processor): number {
  const from = processor.argument(0);
  let n = 0;
  while (n < MAX_BYTES && processor.memory.byte(from + n) !== 0) n++;
  processor.steps += n;
  return n;
}

function compare(processor: Processor): number {
  const { memory } = processor;
  const bytes = sized(processor, 2);
  for (let i = 0; i < bytes; i++) {
    const difference = memory.byte(processor.argument(0) + i) - memory.byte(processor.argument(1) + i);
    if (difference !== 0) return difference < 0 ? 0xffff_ffff : 1;
  }
  return 0;
}

const allocate: StandIn = (processor) => processor.memory.allocate(processor.argument(0));
const nothing: StandIn = () => 0;

/**
 * std::__detail::_Prime_rehash_policy::_M_need_rehash: a pair of bool and size. The policy is the largest share of
 * elements to a bucket (float) and the number of elements at which it grows next.
 */
const needRehash: StandIn = (processor) => {
  const policy = processor.argument(0);
  const [buckets, elements, inserted] = [1, 2, 3].map((n) => processor.argument(n)) as [
    number,
    number,
    number,
  ];
  if (elements + inserted <= processor.memory.pointer(policy + 8)) {
    processor.setSecondResult(0);
    return 0;
  }
  const grown =
    elements + inserted >= buckets ? nextPrime(Math.max(2 * buckets, elements + inserted + 1, 11)) : buckets;
  processor.memory.setPointer(policy + 8, grown);
  processor.setSecondResult(grown);
  return grown === buckets ? 0 : 1;
};

const nextBuckets: StandIn = (processor) => {
  const grown = nextPrime(processor.argument(1));
  processor.memory.setPointer(processor.argument(0) + 8, grown);
  return grown;
};

/** Offsets of a node of a std::map or std::set. */
const TREE = { parent: 8, left: 16, right: 24 } as const;
const MAX_DEPTH = 1 << 10;

/** std::_Rb_tree_increment: the next node in order, or the tree's header behind the last one. */
const nextInTree: StandIn = (processor) => {
  const { memory } = processor;
  const follow = (from: number, edge: number, isWanted: (from: number, to: number) => boolean): number => {
    let node = from;
    for (let n = 0; n < MAX_DEPTH; n++) {
      const to = memory.pointer(node + edge);
      if (!isWanted(node, to)) return node;
      node = to;
    }
    throw new Fault(address(from), 'a tree is too deep');
  };
  const start = processor.argument(0);
  const right = memory.pointer(start + TREE.right);
  if (right !== 0) return follow(right, TREE.left, (_, to) => to !== 0);
  const last = follow(start, TREE.parent, (from, to) => memory.pointer(to + TREE.right) === from);
  const parent = memory.pointer(last + TREE.parent);
  return memory.pointer(last + TREE.right) === parent ? last : parent;
};

/** What stands in for functions of the C and C++ libraries, by their names; locks are free, since nobody else runs. */
export const standardLibrary: ReadonlyMap<string, StandIn> = new Map<string, StandIn>([
  ['_Znwm', allocate],
  ['_Znam', allocate],
  ['malloc', allocate],
  ['calloc', (processor) => processor.memory.allocate(processor.argument(0) * processor.argument(1))],
  ['_ZdlPv', nothing],
  ['_ZdlPvm', nothing],
  ['_ZdaPv', nothing],
  ['free', nothing],
  ['memcpy', move],
  ['memmove', move],
  ['__memcpy_chk', move],
  ['memset', fill],
  ['strlen', length],
  ['memcmp', compare],
  ['pthread_mutex_lock', nothing],
  ['pthread_mutex_trylock', nothing],
  ['pthread_mutex_unlock', nothing],
  ['pthread_rwlock_rdlock', nothing],
  ['pthread_rwlock_wrlock', nothing],
  ['pthread_rwlock_unlock', nothing],
  ['uv_mutex_lock', nothing],
  ['uv_mutex_unlock', nothing],
  ['_ZSt18_Rb_tree_incrementPKSt18_Rb_tree_node_base', nextInTree],
  ['_ZSt18_Rb_tree_incrementPSt18_Rb_tree_node_base', nextInTree],
  ['_ZNKSt8__detail20_Prime_rehash_policy14_M_need_rehashEmmm', needRehash],
  ['_ZNKSt8__detail20_Prime_rehash_policy11_M_next_bktEm', nextBuckets],
]);
