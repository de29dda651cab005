/** Where the nodes of a graph that is made from a core stand in memory. */
export interface NodeAddresses {
  /** Address of a node; 0 for one that stands nowhere. */
  of(ordinal: number): number;
  /** Ordinal of the node at an address, or -1. */
  find(address: number): number;
}
