import type { Call } from "../call/call.ts";
import { isScimError } from "../error.ts";
import { writeWithRetry } from "../operations/write-with-retry.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { Context, MissingReference, Select, StoredResource } from "../storage/adapter.ts";
import { type HeldReference, missingReferences, referencesIn, withSettled } from "../storage/reference.ts";
import type { ImportProblem } from "./line.ts";
import { walk } from "./walk.ts";

/** How references to nothing are judged when all lines have been read. */
export interface Judgement<C extends Context> {
  readonly call: Call<C>;
  /** What a request would do with a reference of an attribute, by its name (`Group.members`). */
  readonly ruleOf: (name: string) => MissingReference | undefined;
  readonly onProblem: (problem: ImportProblem) => void;
}

const SELECT_STORED: Select = { includes: (attribute) => attribute.inverseOf === undefined };
const SELECT_NONE: Select = { includes: () => false };

/**
 * Looks for references that storage kept though they led nowhere, and that still do: those that a request would not be let to make are
 * left out, and told of. Page by page, so that it takes no more memory than a page.
 */
export async function settleKept<C extends Context>(
  resourceType: CompiledResourceType,
  judgement: Judgement<C>,
): Promise<void> {
  const attributes = new Set(resourceType.references.map(({ attribute }) => attribute));
  const select: Select = { includes: (attribute) => attributes.has(attribute) };
  for await (const resource of walk(resourceType, select, judgement.call)) {
    const wrong = missingReferences(resourceType, resource).filter(({ reference }) => {
      const rule = judgement.ruleOf(reference.name);
      return rule === "refuse" || rule === "drop";
    });
    if (wrong.length > 0) await leaveOut(resourceType, resource.id, wrong, judgement);
  }
}

async function leaveOut<C extends Context>(
  resourceType: CompiledResourceType,
  id: string,
  wrong: readonly HeldReference[],
  { call, onProblem }: Judgement<C>,
): Promise<void> {
  const nameOf = ({ reference, id: target }: HeldReference): string => `${reference.name} ${target}`;
  const names = new Set(wrong.map(nameOf));
  const compute = (before: StoredResource) => {
    const held = [...referencesIn(resourceType, before)].filter((one) => names.has(nameOf(one)));
    const after = withSettled(before, held, new Map(held.map(({ element }) => [element, undefined])));
    return { before, after, secrets: {} };
  };
  const target = { resourceType, id, ifMatch: undefined };
  try {
    await writeWithRetry(target, { select: SELECT_STORED, compute, shown: SELECT_NONE }, call, undefined);
  } catch (error) {
    // It has gone meanwhile, and its references with it.
    if (isScimError(error) && error.status === 404) return;
    throw error;
  }
  for (const path of new Set(wrong.map(({ reference }) => reference.attribute.path))) {
    const count = wrong.filter(({ reference }) => reference.attribute.path === path).length;
    onProblem({ line: undefined, resourceType: resourceType.name, id, reason: reasonFor(path, count) });
  }
}

/** Why references were left out. */
export function reasonFor(path: string, count: number): string {
  const [values, name, are] = count === 1 ? ["One value", "names", "it was"] : [`${count} values`, "name", "they were"];
  return `${values} of ${path} ${name} no resource that is there; ${are} left out.`;
}
