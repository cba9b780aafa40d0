import type { Call } from "../call/call.ts";
import { isScimError } from "../error.ts";
import { hasTransactions, inTransaction } from "../operations/bulk/transaction.ts";
import { isChanged, writeWithRetry } from "../operations/write-with-retry.ts";
import { schemasOf } from "../schema/canonical.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { Context, CreateRequest, Select, StorageNotice, StoredResource } from "../storage/adapter.ts";
import { createManyOf } from "../storage/create-many.ts";
import { type HeldReference, referencesIn, withSettled } from "../storage/reference.ts";
import type { MovedIds } from "./moved-ids.ts";
import { type ReadLine, reasonOf } from "./read-line.ts";

/** Everything that is stored. */
const SELECT_STORED: Select = { includes: (attribute) => attribute.inverseOf === undefined };
const SELECT_NONE: Select = { includes: () => false };

/** What became of a line. */
export interface Outcome {
  readonly line: ReadLine;
  readonly type: "created" | "replaced" | "unchanged" | "failed";
  /** The id that the resource has here. */
  readonly id: string;
  /** What storage told. */
  readonly notices: readonly StorageNotice[];
  /** Why it failed. */
  readonly reason?: string | undefined;
}

/** How lines are written. */
export interface Writing<C extends Context> {
  readonly call: Call<C>;
  readonly ids: MovedIds<C>;
  /** What becomes of a resource that is there and is not as the line has it. */
  readonly existing: "replace" | "keep";
  /** Whether lines of before were there already, so that it is better to look first. */
  looksFirst: boolean;
}

/**
 * Writes lines of one resource type; in one transaction where storage has them, so that ids that it made are remembered with their
 * resources.
 * @throws what is no fault of a line: a database that is gone.
 */
export async function writeLines<C extends Context>(
  writing: Writing<C>,
  call: Call<C>,
  lines: readonly ReadLine[],
): Promise<readonly Outcome[]> {
  const [first] = lines;
  if (first === undefined) return [];
  const { resourceType } = first;
  const settled = await withIdsHere(writing, lines);
  const isFast = !writing.looksFirst && !writing.ids.isUsed;
  const together = isFast ? await createTogether(settled, call) : undefined;
  if (together !== undefined) return together;
  const write = async (inner: Call<C>): Promise<readonly Outcome[]> => {
    const outcomes: Outcome[] = [];
    for (const line of settled) outcomes.push(await writeLine(writing, line, inner));
    const made = outcomes.filter(({ type, line, id }) => type === "created" && line.hasId && line.id !== id);
    const { ledger } = inner.storageOf(resourceType);
    await writing.ids.keep(
      made.map(({ line, id }) => [line.id, id] as const),
      ledger,
    );
    return outcomes;
  };
  const outcomes = await (hasTransactions(resourceType, call)
    ? inTransaction(call, [resourceType], write)
    : write(call));
  writing.looksFirst = outcomes.some(({ type }) => type === "replaced" || type === "unchanged");
  return outcomes;
}

/** Lines with the ids that what they refer to has here, where storage gave others. */
async function withIdsHere<C extends Context>(
  { ids }: Writing<C>,
  lines: readonly ReadLine[],
): Promise<readonly ReadLine[]> {
  if (!ids.isUsed) return lines;
  const held = lines.map(({ resourceType, resource }) => [...referencesIn(resourceType, resource)]);
  const known = await ids.find([...lines.map(({ id }) => id), ...held.flat().map(({ id }) => id)]);
  if (known.size === 0) return lines;
  return lines.map((line, index) => {
    const references = held[index] ?? [];
    const moved = new Map(
      references.flatMap(({ element, id }) => {
        const here = known.get(id);
        return here === undefined ? [] : [[element, { ...element, value: here }] as const];
      }),
    );
    const resource = moved.size === 0 ? line.resource : withSettled(line.resource, references, moved);
    return { ...line, id: known.get(line.id) ?? line.id, resource };
  });
}

/** Stores all of them at once; undefined where one of them is not to be, or storage has no way to. */
async function createTogether<C extends Context>(
  lines: readonly ReadLine[],
  call: Call<C>,
): Promise<readonly Outcome[] | undefined> {
  const [first] = lines;
  const many = first && createManyOf(call.engine.adapterOf(first.resourceType));
  if (many === undefined || lines.length < 2) return undefined;
  const noticed = lines.map((): StorageNotice[] => []);
  const requests = lines.map((line, index) => createRequest(line, call, noticed[index] ?? []));
  try {
    const ids = await many(requests, call.context);
    return lines.map((line, index) => ({
      line,
      type: "created",
      id: ids[index] ?? line.id,
      notices: noticed[index] ?? [],
    }));
  } catch (error) {
    if (reasonOf(error) === undefined) throw error;
    return undefined;
  }
}

function createRequest<C extends Context>(
  line: ReadLine,
  { engine, signal }: Call<C>,
  notices: StorageNotice[],
): CreateRequest {
  const { resourceType, id, resource, created, lastModified, secrets, moved } = line;
  return {
    resourceType,
    signal,
    at: engine.now().toISOString(),
    checkReferences: engine.references.get(resourceType)?.checkReferences ?? {},
    notify: (notice) => notices.push(notice),
    resource: {
      ...resource,
      schemas: schemasOf(resourceType, resource),
      id,
      meta: { resourceType: resourceType.name, created, lastModified },
    },
    secrets,
    moved,
    select: SELECT_NONE,
  };
}

async function writeLine<C extends Context>(writing: Writing<C>, line: ReadLine, call: Call<C>): Promise<Outcome> {
  try {
    if (writing.looksFirst || writing.ids.isUsed)
      return (await update(writing, line, call)) ?? (await create(line, call));
    return await createOrUpdate(writing, line, call);
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    return { line, type: "failed", id: line.id, notices: [], reason };
  }
}

async function createOrUpdate<C extends Context>(writing: Writing<C>, line: ReadLine, call: Call<C>): Promise<Outcome> {
  try {
    return await create(line, call);
  } catch (error) {
    const found = isScimError(error) && error.status === 409 ? await update(writing, line, call) : undefined;
    if (found === undefined) throw error;
    return found;
  }
}

async function create<C extends Context>(line: ReadLine, call: Call<C>): Promise<Outcome> {
  const notices: StorageNotice[] = [];
  const stored = await call.storageOf(line.resourceType).create(createRequest(line, call, notices), call.context);
  return { line, type: "created", id: stored.id, notices };
}

/** Makes a resource that is there what the line says; undefined where there is none. What it keeps of secrets stays as it is. */
async function update<C extends Context>(
  { existing }: Writing<C>,
  line: ReadLine,
  call: Call<C>,
): Promise<Outcome | undefined> {
  const { resourceType, id } = line;
  const notices: StorageNotice[] = [];
  const unchanged: Outcome = { line, type: "unchanged", id, notices };
  const target = { resourceType, id, ifMatch: undefined };
  try {
    if (existing === "keep") return (await isThere(line, call)) ? unchanged : undefined;
    const compute = (before: StoredResource) => ({ before, after: likeThere(line, before), secrets: {} });
    const rewriting = { select: SELECT_STORED, compute, shown: SELECT_NONE };
    const written = await writeWithRetry(target, rewriting, listening(call, notices), undefined);
    return written === undefined || !isChanged(written) ? unchanged : { ...unchanged, type: "replaced" };
  } catch (error) {
    if (isScimError(error) && error.status === 404) return undefined;
    throw error;
  }
}

/** A line with what storage says of references by itself: the `type` of one that was there before is not news. */
function likeThere({ resourceType, resource }: ReadLine, before: ResourceObject): ResourceObject {
  const nameOf = ({ reference, id }: HeldReference): string => `${reference.name} ${id}`;
  const there = new Map([...referencesIn(resourceType, before)].map((held) => [nameOf(held), held.element]));
  if (there.size === 0) return resource;
  const held = [...referencesIn(resourceType, resource)];
  const known = held.flatMap((one) => {
    const type = there.get(nameOf(one))?.type;
    return type === undefined || one.element.type !== undefined
      ? []
      : [[one.element, { ...one.element, type }] as const];
  });
  return known.length === 0 ? resource : withSettled(resource, held, new Map(known));
}

async function isThere<C extends Context>({ resourceType, id }: ReadLine, call: Call<C>): Promise<boolean> {
  const request = { resourceType, id, select: SELECT_NONE, signal: call.signal };
  return (await call.storageOf(resourceType).get(request, call.context)) !== undefined;
}

/** A call whose notices of references are collected. */
function listening<C extends Context>(call: Call<C>, notices: StorageNotice[]): Call<C> {
  const { engine } = call;
  return {
    ...call,
    engine: {
      ...engine,
      emit: (event) => {
        if (event.type === "missingReference")
          notices.push({
            type: "missingReference",
            attribute: event.attribute,
            value: event.value,
            outcome: event.outcome,
          });
        else engine.emit(event);
      },
    },
  };
}
