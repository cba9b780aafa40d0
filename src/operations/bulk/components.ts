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
  const walk = startWalk();
  const members = new Set(nodes);
  for (const root of nodes) {
    if (!walk.met.has(root)) enter(walk, root);
    for (let visit = walk.path.at(-1); visit !== undefined; visit = walk.path.at(-1)) {
      const target = edgesOf(visit.node)[visit.next++];
      if (target === undefined) leave(walk);
      else if (members.has(target)) follow(walk, visit.node, target);
    }
  }
  return walk.found;
}

/** How far a depth-first search has come. */
interface Walk {
  /** The way from the root to the node that is looked at. */
  readonly path: Visit[];
  /** When a node was met. */
  readonly met: Map<number, number>;
  /** The earliest node on the stack that a node is known to reach. */
  readonly low: Map<number, number>;
  /** Nodes that were met and whose component is not closed yet, in the order in which they were met. */
  readonly stack: number[];
  readonly open: Set<number>;
  /** The same nodes as far as they were left, in the order in which they were. */
  readonly left: number[];
  readonly found: number[][];
}

/** State of one node during the walk. */
interface Visit {
  readonly node: number;
  /** Position of the next edge to follow. */
  next: number;
}

function startWalk(): Walk {
  return { path: [], met: new Map(), low: new Map(), stack: [], open: new Set(), left: [], found: [] };
}

function enter({ path, met, low, stack, open }: Walk, node: number): void {
  low.set(node, met.size);
  met.set(node, met.size);
  stack.push(node);
  open.add(node);
  path.push({ node, next: 0 });
}

function follow(walk: Walk, node: number, target: number): void {
  if (!walk.met.has(target)) enter(walk, target);
  else if (walk.open.has(target)) lower(walk, node, walk.met.get(target) as number);
}

/** Leaves the last node of the path, whose edges have all been followed. */
function leave(walk: Walk): void {
  const { path, met, low, left } = walk;
  const { node } = path.pop() as Visit;
  left.push(node);
  const parent = path.at(-1);
  if (parent !== undefined) lower(walk, parent.node, low.get(node) as number);
  if (low.get(node) === met.get(node)) close(walk, node);
}

function lower({ low }: Walk, node: number, to: number): void {
  if (to < (low.get(node) as number)) low.set(node, to);
}

/** Takes a component off the stack; what was left last belongs to it. */
function close({ stack, open, left, found }: Walk, node: number): void {
  const size = stack.length - stack.lastIndexOf(node);
  for (const member of stack.splice(stack.length - size)) open.delete(member);
  found.push(left.splice(left.length - size));
}
