import type { Call } from "../../call/call.ts";
import type { CreateOperation } from "../../call/operation.ts";
import { writeRequest } from "../../call/write.ts";
import { conflict, isScimError, ownError } from "../../error.ts";
import { PATCH_SCHEMA } from "../../patch/parse.ts";
import type { Attribute } from "../../schema/attribute.ts";
import type { Context } from "../../storage/adapter.ts";
import { noteOwner } from "../ownership.ts";
import { mapBody } from "./body.ts";
import { type Created, type CreatedResource, checkNeeds, failedNeed, replacementOf } from "./created.ts";
import type { PlannedOperation } from "./plan.ts";
import { WITHHELD } from "./references.ts";
import type { Outcome } from "./response.ts";
import { callOf, failure, operationOf, outcomeOf, type Run } from "./run.ts";
import { inTransaction } from "./transaction.ts";

/** A POST of the circle, authorised. */
interface Member {
  readonly planned: PlannedOperation;
  readonly operation: CreateOperation;
}

/** A created resource, and what is still to be added to it. */
interface Unfinished {
  readonly member: Member;
  readonly resource: CreatedResource;
  readonly withheld: ReadonlyMap<Attribute, readonly unknown[]>;
}

/**
 * Creates resources that refer to each other: each with those references withheld that lead to a later one, then completed by
 * a PATCH once all are there [P-3.7.1-01]. The circle is one whole: in one transaction where the adapter has them, and undone
 * by deletion where it has none; when one of its operations fails, all others do, with 409.
 *
 * Each operation is authorised once, before anything is created: what refers into the circle still says `bulkId:…` then.
 * @returns the outcomes in the order of `operations`
 * @see RFC 7644 §3.7.1
 */
export async function runCircle<C extends Context>(
  run: Run<C>,
  operations: readonly PlannedOperation[],
): Promise<readonly Outcome[]> {
  const { call, plan, created } = run;
  const circle = new Set(operations.map(({ index }) => index));
  let current = operations[0] as PlannedOperation;
  try {
    const members: Member[] = [];
    for (const planned of operations) {
      if (call.slice.isOver) await call.slice.next(call.signal);
      current = planned;
      const find: Created = (index) => created.get(index);
      checkNeeds(planned, plan, find, circle);
      const operation = await operationOf(planned, plan, find, callOf(call, planned));
      await call.authorize(operation);
      if (operation.type === "create") members.push({ planned, operation });
    }
    const types = [...new Set(members.map(({ operation }) => operation.resourceType))];
    const done = await inTransaction(call, types, (inner) =>
      createCircle(run, members, inner, (planned) => {
        current = planned;
      }),
    );
    for (const [index, { resource }] of done) created.set(index, resource);
    return operations.map(({ index }) => done.get(index)?.outcome as Outcome);
  } catch (error) {
    const failed = failure(error, undefined, call.signal);
    return operations.map((planned) =>
      planned === current ? failed : failure(failedNeed(current.index, plan), undefined, call.signal),
    );
  }
}

type Done = ReadonlyMap<number, { readonly resource: CreatedResource; readonly outcome: Outcome }>;

async function createCircle<C extends Context>(
  run: Run<C>,
  members: readonly Member[],
  call: Call<C>,
  begin: (planned: PlannedOperation) => void,
): Promise<Done> {
  const made = new Map<number, { resource: CreatedResource; outcome: Outcome }>();
  // What was there before the request is not to be deleted with it.
  const adopted = new Set<CreatedResource>();
  const find: Created = (index) => made.get(index)?.resource ?? run.created.get(index);
  try {
    const unfinished: Unfinished[] = [];
    for (const member of members) {
      if (call.slice.isOver) await call.slice.next(call.signal);
      begin(member.planned);
      const { body, withheld } = withholdReferences(run, member, find);
      const operation = { ...member.operation, body };
      const outcome = outcomeOf(await run.execute(operation, callOf(call, member.planned)), undefined);
      if (outcome.type !== "done") continue;
      const resource = { resourceType: operation.resourceType, id: outcome.id };
      if (outcome.isAdopted === true) adopted.add(resource);
      made.set(member.planned.index, { resource, outcome });
      if (withheld.size > 0) unfinished.push({ member, resource, withheld });
    }
    for (const { member, resource, withheld } of unfinished) {
      if (call.slice.isOver) await call.slice.next(call.signal);
      begin(member.planned);
      const version = await complete(run, member, resource, withheld, find, callOf(call, member.planned));
      made.set(member.planned.index, { resource, outcome: { type: "done", status: 201, id: resource.id, version } });
    }
    return made;
  } catch (error) {
    const own = [...made.values()].map(({ resource }) => resource).filter((resource) => !adopted.has(resource));
    await undo(own.reverse(), call);
    throw error;
  }
}

/** The body with references to what is there filled in, and without the values that refer to what is not. */
function withholdReferences<C extends Context>(
  { plan, call }: Run<C>,
  { planned, operation }: Member,
  created: Created,
) {
  const withheld = new Map<Attribute, unknown[]>();
  const body = mapBody(
    "POST",
    operation.resourceType,
    planned.body,
    call,
    (reference) => replacementOf(reference, plan, created, call.baseUrl) ?? WITHHELD,
    (attribute, value) => {
      const values = withheld.get(attribute);
      if (values === undefined) withheld.set(attribute, [value]);
      else values.push(value);
    },
  );
  return { body, withheld };
}

/**
 * Adds what was withheld. For a collection that is a delta, whatever its size.
 * @returns the version afterwards
 * @throws {ScimError} 409 where the schema or storage does not take the reference.
 */
async function complete<C extends Context>(
  run: Run<C>,
  { planned }: Member,
  { resourceType, id }: CreatedResource,
  withheld: Unfinished["withheld"],
  created: Created,
  call: Call<C>,
): Promise<string | undefined> {
  const Operations = [...withheld].map(([attribute, values]) => ({
    op: "add",
    path: attribute.path,
    value: attribute.multiValued ? values : values[0],
  }));
  const patch: PlannedOperation = {
    ...planned,
    entry: { ...planned.entry, method: "PATCH", version: undefined },
    target: { type: "resource", resourceType, id, bulkId: undefined },
    body: { schemas: [PATCH_SCHEMA], Operations },
  };
  try {
    const operation = await operationOf(patch, run.plan, created, call, true);
    const outcome = outcomeOf(await run.execute(operation, call), id);
    return outcome.type === "done" ? outcome.version : undefined;
  } catch (error) {
    if (!isScimError(error) || error.status !== 400) throw error;
    throw conflict(`The circular reference cannot be resolved: ${error.detail}`, {
      summary: `The circular reference cannot be resolved: ${ownError(error).summary}`,
      cause: error,
    });
  }
}

/** Deletes what was created where no transaction does that, the latest first and whether or not the client is still there. */
async function undo<C extends Context>(created: readonly CreatedResource[], call: Call<C>): Promise<void> {
  for (const { resourceType, id } of created) {
    const adapter = call.engine.adapterOf(resourceType);
    if (adapter.transaction !== undefined) continue;
    try {
      await adapter.delete({ ...writeRequest(call, resourceType), signal: undefined, id }, call.context);
      await noteOwner(call, "deleted", resourceType, id);
    } catch (error) {
      call.engine.emit({ type: "fault", error, context: call.context });
    }
  }
}
