/** State of one node during the search. */
interface Visit {
  readonly node: number;
  /** Position of the next edge to follow. */
  next: number;
}

/**
 * The strongly connected components of a graph, each one after all those that its edges lead to. Within a component the
 * nodes stand in the order in which a depth-first search leaves them, so that few edges lead to a later one. Components that
 * do not depend on each other keep the order of `nodes`. Time and space are linear, and nothing recurses: the depth of the
 * graph is the client's to choose.
 *
 * @param edgesOf the nodes that a node depends on; only those in `nodes` count.
 * @see Tarjan, Depth-first search and linear graph algorithms, SIAM J. Comput. 1 (1972)
 */
export function components(
  nodes: readonly number[],
  edgesOf: (node: number) => readonly number[],
): readonly (readonly number[])[] {
  const members = new Set(nodes);
  /** When a node was met. */
  const met = new Map<number, number>();
  /** The earliest node on the stack that a node is known to reach. */
  const low = new Map<number, number>();
  const open = new Set<number>();
  const stack: number[] = [];
  /** Nodes in the order in which they were left, as long as their component is open. */
  const left: number[] = [];
  const found: number[][] = [];

  const enter = (node: number, path: Visit[]): void => {
    met.set(node, met.size);
    low.set(node, met.size - 1);
    stack.push(node);
    open.add(node);
    path.push({ node, next: 0 });
  };
  const lower = (node: number, to: number): void => {
    if (to < (low.get(node) as number)) low.set(node, to);
  };
  /** Takes a component off the stack; what was left last belongs to it. */
  const close = (node: number): void => {
    const size = stack.length - stack.lastIndexOf(node);
    for (const member of stack.splice(stack.length - size)) open.delete(member);
    found.push(left.splice(left.length - size));
  };

  for (const root of nodes) {
    if (met.has(root)) continue;
    const path: Visit[] = [];
    enter(root, path);
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const { node } = visit;
      const target = edgesOf(node)[visit.next++];
      if (target === undefined) {
        path.pop();
        left.push(node);
        const parent = path.at(-1);
        if (parent !== undefined) lower(parent.node, low.get(node) as number);
        if (low.get(node) === met.get(node)) close(node);
        continue;
      }
      if (!members.has(target)) continue;
      if (!met.has(target)) enter(target, path);
      else if (open.has(target)) lower(node, met.get(target) as number);
    }
  }
  return found;
}
