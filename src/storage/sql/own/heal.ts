import { versionMismatch } from "../../../error.ts";
import { type Attribute, pathOf } from "../../../schema/attribute.ts";
import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import { uniqueName } from "../../../schema/shape.ts";
import { isObject, isSame, type ResourceObject, readAttribute, writeAttribute } from "../../../schema/value.ts";
import { doInSlices, TimeSlice } from "../../../time-slice.ts";
import type { NewResource, ReplaceRequest, StorageNotice, StoredResource } from "../../adapter.ts";
import { findReference, referencesIn } from "../../reference.ts";
import type { HashedSecrets } from "../../secrets.ts";
import type { Session } from "../database.ts";
import { type Fragment, returning, sql } from "../dialect/fragment.ts";
import {
  changeSteps,
  elementStatements,
  isAnyChange,
  type UniqueChanges,
  uniqueChanges,
  uniqueStatements,
} from "./changes.ts";
import { type Held, readHeld } from "./held.ts";
import { refuseUnvouched } from "./refuse-unvouched.ts";
import type { SelectedRow } from "./resource.ts";
import { type Row, refuseLong, rowSteps, type UniqueRow, uniqueKey } from "./row.ts";
import { type SecretChanges, secretChanges, secretStatements } from "./secret-statements.ts";
import { resolve, type Settled, settle, typesOf } from "./settle.ts";
import { type KnownShapes, likeMarksFor, MARK, VOUCHES_FOR_NOTHING } from "./shapes.ts";
import { type Owner, ownRow, versionColumn } from "./statements.ts";
import { takenByOthers } from "./taken.ts";

/** What a replace is to do. */
export interface Replacing {
  readonly request: ReplaceRequest;
  readonly secrets: HashedSecrets;
  readonly shapes: KnownShapes;
  /** Told of the unique values that the resource did not have before. */
  readonly claim: (uniques: readonly UniqueRow[]) => void;
}

/** A resource as it is after a write, taken apart, and its row as it would be selected. */
export interface Written {
  readonly row: Row;
  readonly selected: SelectedRow;
  /** What is to be told of its references. */
  readonly notices: readonly StorageNotice[];
}

/** A row is to get the mark that it vouches for nothing, and others have not been told that there are such rows. */
export class NeedsUnvouchedMark extends Error {}

/** What a resource is to be, and was. */
interface Change {
  readonly held: Held;
  readonly settled: Settled;
  readonly before: Row;
  readonly after: Row;
}

/**
 * Replaces a resource whatever shape it was written under, within a transaction: what its tables hold is read as it is, and made what
 * it must be under the shape of this process. Values stay wherever they lay; rows and keys of attributes that the type does not know
 * are left alone.
 *
 * @throws {NeedsUnvouchedMark} unless `mayBeUnvouched`, where a value that the resource has already belongs to another one.
 */
export async function healResource(
  session: Session,
  owner: Owner,
  replacing: Replacing,
  mayBeUnvouched: boolean,
): Promise<Written | undefined> {
  const { request, shapes } = replacing;
  const { resourceType, ifVersion, untouched = [] } = request;
  const held = await readHeld(session, owner, resourceType, (mark) =>
    untouched.filter((attribute) => likeMarksFor(shapes, attribute).includes(mark)),
  );
  if (held === undefined) return undefined;
  if (ifVersion !== undefined && ifVersion !== held.resource.meta.version) throw versionMismatch();
  const [known = held.resource] = await resolve(session, { ...owner, resourceType }, [held.resource]);
  const settled = await settleHeld(session, owner, request, held, known);
  const slice = new TimeSlice();
  const [after, before] = [
    await doInSlices(rowSteps(resourceType, settled.resource, owner.tenant, held.unread), slice),
    await doInSlices(rowSteps(resourceType, known, owner.tenant, held.unread), slice),
  ];
  refuseLong(after, before);
  const uniques = await uniquesOf(session, owner, replacing, { held, settled, before, after });
  const isUnvouched = uniques.isShared || after.long.hidesElement;
  if (isUnvouched && !mayBeUnvouched) throw new NeedsUnvouchedMark();
  const mark = isUnvouched ? VOUCHES_FOR_NOTHING : shapes.own.fingerprint;
  return writeHeld(session, owner, replacing, { held, settled, before, after }, { mark, uniques: uniques.changes });
}

/** The resource as it is to be, with what the request is not about. */
async function settleHeld(
  session: Session,
  owner: Owner,
  request: ReplaceRequest,
  held: Held,
  known: StoredResource,
): Promise<Settled> {
  const { tables, tenant, id } = owner;
  const { resourceType } = request;
  const settled = await settle(session, tables, tenant, request, { ...request.resource, id });
  const carried = carriedOver(request, held).filter((attribute) => readAttribute(known, attribute) !== undefined);
  const resource: Record<string, unknown> = { ...settled.resource };
  const part: Record<string, unknown> = {};
  for (const attribute of carried)
    for (const whole of [resource, part]) writeAttribute(whole, attribute, readAttribute(known, attribute));
  const ids = [...referencesIn(resourceType, part)].map((reference) => reference.id);
  const types = await typesOf(session, tables, tenant, ids);
  const paths = new Map(carried.map((attribute) => [attribute.path, attribute]));
  return {
    ...settled,
    resource: { ...(resource as unknown as NewResource), schemas: schemasOf(resourceType, resource, known) },
    isTarget: (path, target) => {
      const attribute = paths.get(path);
      if (attribute === undefined) return settled.isTarget(path, target);
      return findReference(resourceType, attribute)?.resourceTypes.includes(types.get(target) ?? "") === true;
    },
  };
}

/** What a write does not change: what it is not about, and what the caller did not see, because it lies where it is not looked for. */
function carriedOver({ untouched = [], before, resource }: ReplaceRequest, held: Held): readonly Attribute[] {
  const isUnseen = (attribute: Attribute): boolean =>
    before !== undefined &&
    attribute.isStored &&
    readAttribute(before, attribute) === undefined &&
    readAttribute(resource, attribute) === undefined;
  return [
    ...untouched.filter((attribute) => !held.unread.includes(attribute)),
    ...[...held.misplaced].filter((attribute) => !untouched.includes(attribute) && isUnseen(attribute)),
  ];
}

/** Schemas that the type does not know are named for as long as the resource has something of them. */
function schemasOf(
  resourceType: CompiledResourceType,
  resource: ResourceObject,
  { schemas: known }: StoredResource,
): readonly string[] {
  const schemas = resource.schemas as readonly string[];
  const isMissing = (urn: string): boolean =>
    isObject(resource[urn]) && !schemas.includes(urn) && urn !== resourceType.urn;
  return known.some(isMissing) ? [...schemas, ...known.filter(isMissing)] : schemas;
}

/** What becomes of the unique rows of a resource. A value that another resource has taken meanwhile is shared with it. */
async function uniquesOf(
  session: Session,
  owner: Owner,
  { request: { resourceType }, shapes, claim }: Replacing,
  { held, before, after }: Change,
): Promise<{ readonly changes: UniqueChanges; readonly isShared: boolean }> {
  const names = uniqueNames(resourceType, held.unread);
  const { gone, come } = uniqueChanges(
    held.uniques.filter(({ attribute }) => names.has(attribute)),
    after.uniques,
  );
  const had = new Set(before.uniques.map(uniqueKey));
  const claimed = after.uniques.filter((row) => !had.has(uniqueKey(row)));
  claim(claimed);
  await refuseUnvouched(session, owner, resourceType, shapes, claimed);
  const taken = await takenByOthers(
    session,
    owner,
    come.filter((row) => had.has(uniqueKey(row))),
  );
  return { changes: { gone, come: come.filter((row) => !taken.has(uniqueKey(row))) }, isShared: taken.size > 0 };
}

/** The names of all paths of a type in the table of unique values, whether they are unique or were once. */
function uniqueNames(resourceType: CompiledResourceType, unread: readonly Attribute[]): ReadonlySet<string> {
  const read = resourceType.attributes.filter((attribute) => !unread.includes(attribute));
  return new Set(
    read.flatMap((attribute) => [
      uniqueName(resourceType, pathOf(attribute)),
      ...attribute.subAttributes.map((sub) => uniqueName(resourceType, pathOf(attribute, sub))),
    ]),
  );
}

/** Writes what differs from the tables. What changes nothing that anybody sees keeps version and lastModified [G-9]. */
async function writeHeld(
  session: Session,
  owner: Owner,
  { request: { resourceType, touch = false }, secrets }: Replacing,
  change: Change,
  { mark, uniques }: { readonly mark: string; readonly uniques: UniqueChanges },
): Promise<Written> {
  const { held, settled, before, after } = change;
  const slice = new TimeSlice();
  const elements = await doInSlices(changeSteps(held, after), slice);
  const seen = await doInSlices(changeSteps(before, after), slice);
  const kept = await secretChanges(session, owner, secrets);
  const isChanged = touch || !isSameDocument(before, after) || isAnyChange(seen) || isAnySecret(kept);
  const isStale = held.mark !== mark || isAnyChange(elements) || uniques.gone.length + uniques.come.length > 0;
  const keys = { ...unknownKeys(resourceType, held, after), ...JSON.parse(after.keys), [MARK]: mark };
  const update = updateHeld(owner, change, { keys: JSON.stringify(keys), isChanged });
  const [row] =
    isChanged || isStale
      ? await session.batch<{ version: string }>(update, (guard) => [
          ...uniqueStatements(owner, uniques, guard),
          ...elementStatements(owner, elements, settled.isTarget, guard),
          ...secretStatements(owner, kept, guard),
        ])
      : [];
  const { meta } = held.resource;
  const { created, lastModified } = isChanged ? settled.resource.meta : meta;
  const version = row === undefined ? meta.version : String(row.version);
  const selected = { id: owner.id, version, created, modified: lastModified, document: after.document };
  return { row: after, selected, notices: settled.notices };
}

function isSameDocument(before: Row, after: Row): boolean {
  return isSame(before.content, after.content);
}

function isAnySecret({ gone, written }: SecretChanges): boolean {
  return gone.length + written.length > 0;
}

/** The keys of attributes that the type does not know, as far as they are what they were. */
function unknownKeys(resourceType: CompiledResourceType, { keys, resource }: Held, { document }: Row): ResourceObject {
  const known = new Set(resourceType.attributes.map(({ path }) => path));
  const after = JSON.parse(document) as ResourceObject;
  const isKept = (name: string): boolean => {
    const colon = name.lastIndexOf(":");
    const [extension, local] = colon < 0 ? [undefined, name] : [name.slice(0, colon), name.slice(colon + 1)];
    const top = local.split(".")[0] as string;
    if (name === MARK || known.has(extension === undefined ? top : `${extension}:${top}`)) return false;
    const valueIn = (whole: ResourceObject): unknown => {
      const container = extension === undefined ? whole : whole[extension];
      return isObject(container) ? container[top] : undefined;
    };
    return valueIn(after) !== undefined && isSame(valueIn(resource), valueIn(after));
  };
  return Object.fromEntries(Object.entries(keys).filter(([name]) => isKept(name)));
}

function updateHeld(
  owner: Owner,
  { settled, after }: Change,
  { keys, isChanged }: { readonly keys: string; readonly isChanged: boolean },
): Fragment {
  const { dialect, tables } = owner;
  const { created, lastModified } = settled.resource.meta;
  const next = sql`version = version + 1, created = ${created}, modified = ${lastModified},
    modified_key = ${after.modifiedKey}, `;
  const update = sql`UPDATE ${tables.resource}
    SET ${isChanged ? next : sql``}document = ${after.document}, keys = ${dialect.toJson(keys)} WHERE ${ownRow(owner)}`;
  return returning(update, versionColumn(dialect), sql`${tables.resource} WHERE ${ownRow(owner)}`);
}
