import { clearSecrets } from "../../../schema/fit.ts";
import { type ResourceObject, readAttribute } from "../../../schema/value.ts";
import { TimeSlice } from "../../../time-slice.ts";
import { findReference } from "../../reference.ts";
import type { Session } from "../database.ts";
import type { Plan } from "./reindex-plan.ts";
import {
  countElements,
  type Pair,
  type RawRow,
  type Rows,
  readElements,
  readPresent,
  readSecretsOf,
  readUniques,
} from "./reindex-read.ts";
import { type Findings, inspect, type Stored } from "./reindex-row.ts";

/** Most elements that are in memory at a time, unless one resource has more. */
const MOST_ELEMENTS = 20_000;

/** Rows that were read, with what of them is not in the row. */
export interface Batch {
  /** What is found in those that there is nothing to do about. */
  readonly done: readonly (readonly [id: string, Findings])[];
  /** Those to be made anew. */
  readonly todo: readonly Pending[];
}

/** A row to be made anew, before its elements are read. */
type Pending = Pick<Stored, "row" | "document" | "looked" | "unknown"> & { readonly pairs: readonly Pair[] };

/** Looks at rows, and tells those that are as they should be from the others. */
export async function sortOut(session: Session, rows: Rows, plan: Plan, raws: readonly RawRow[]): Promise<Batch> {
  const isDoubtful = ({ mark }: RawRow): boolean => mark === "" || !isVouchedFor(plan, mark);
  const asked = plan.mayHoldUnknown ? raws : raws.filter(isDoubtful);
  const present = await readPresent(
    session,
    rows,
    asked.map(({ id }) => id),
  );
  const isAsked = new Set(asked);
  const done: (readonly [string, Findings])[] = [];
  const todo: Pending[] = [];
  const slice = new TimeSlice();
  for (const row of raws) {
    if (slice.isOver) await slice.next();
    const document = JSON.parse(row.document) as ResourceObject;
    const there = isAsked.has(row) ? (present.get(row.id) ?? new Set<string>()) : undefined;
    const unknown = [...(there ?? [])].filter((path) => plan.own.attributes[path] === undefined);
    const found = row.mark === plan.own.fingerprint ? inspect(plan, document, unknown) : undefined;
    if (found?.isDone === true) done.push([row.id, found.findings]);
    else todo.push(pendingOf(plan, row, document, unknown, there));
  }
  return { done, todo };
}

function isVouchedFor({ own, shapes }: Plan, mark: string): boolean {
  return mark === own.fingerprint || shapes.get(mark)?.attributes !== undefined;
}

/** `there`: the attributes that there are elements of, where that was asked. */
function pendingOf(
  plan: Plan,
  row: RawRow,
  document: ResourceObject,
  unknown: readonly string[],
  there: ReadonlySet<string> | undefined,
): Pending {
  const { resourceType } = plan;
  const looked = new Set(plan.looksAt(row.mark));
  for (const attribute of resourceType.attributes) {
    const { path, collection } = attribute;
    const isInDocument = collection && readAttribute(document, attribute) !== undefined;
    const isMisplaced =
      there?.has(path) === true && !collection && findReference(resourceType, attribute) === undefined;
    if (isInDocument || isMisplaced) looked.add(path);
  }
  const pairs = [...looked].flatMap((path): Pair[] => (there?.has(path) === false ? [] : [[row.id, path]]));
  return { row, document, looked, unknown, pairs };
}

/** Reads what belongs to rows, as many of them at a time as their elements allow, and `most` at the most. */
export async function* withParts(
  session: Session,
  rows: Rows,
  plan: Plan,
  todo: readonly Pending[],
  most: number,
): AsyncGenerator<readonly Stored[]> {
  const counts = await countElements(
    session,
    rows,
    todo.flatMap(({ pairs }) => pairs),
  );
  let part: Pending[] = [];
  let elements = 0;
  for (const pending of todo) {
    const more = counts.get(pending.row.id) ?? 0;
    if (part.length === most || (part.length > 0 && elements + more > MOST_ELEMENTS)) {
      yield await complete(session, rows, plan, part);
      part = [];
      elements = 0;
    }
    part.push(pending);
    elements += more;
  }
  if (part.length > 0) yield await complete(session, rows, plan, part);
}

async function complete(
  session: Session,
  rows: Rows,
  plan: Plan,
  part: readonly Pending[],
): Promise<readonly Stored[]> {
  const ids = part.map(({ row }) => row.id);
  const uniques = await readUniques(session, rows, ids);
  const elements = await readElements(
    session,
    rows,
    part.flatMap(({ pairs }) => pairs),
  );
  const secrets = await readSecretsOf(
    session,
    rows,
    part.filter((pending) => mayBeClear(plan, pending)).map(({ row }) => row.id),
  );
  return part.map(({ row, document, looked, unknown }) => ({
    row,
    document,
    looked,
    unknown,
    elements: elements.get(row.id) ?? new Map(),
    uniques: uniques.get(row.id) ?? [],
    secrets: secrets.get(row.id) ?? new Set(),
  }));
}

function mayBeClear({ resourceType }: Plan, { document, looked }: Pending): boolean {
  return (
    Object.keys(clearSecrets(resourceType, document)).length > 0 ||
    resourceType.attributes.some(({ mutability, path }) => mutability === "writeOnly" && looked.has(path))
  );
}
