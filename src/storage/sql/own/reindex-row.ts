import type { Attribute } from "../../../schema/attribute.ts";
import { clearSecrets, fitAttribute, fitResource } from "../../../schema/fit.ts";
import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import { isObject, isSame, type ResourceObject, readAttribute, writeAttribute } from "../../../schema/value.ts";
import type { Steps } from "../../../time-slice.ts";
import type { StoredResource } from "../../adapter.ts";
import { getOrCreate } from "../../get-or-create.ts";
import { unknownIn } from "../../reindex-unknown.ts";
import { isForgotten, type Plan, plainCollections, restingCollections } from "./reindex-plan.ts";
import type { RawRow, RawUnique } from "./reindex-read.ts";
import { elementOf, metaOf } from "./resource.ts";
import {
  type ElementRow,
  elementRow,
  isNameless,
  type Row,
  rowName,
  rowSteps,
  type UniqueRow,
  uniqueKey,
} from "./row.ts";

/** What is there of a resource, as far as a reindex looks at it. */
export interface Stored {
  readonly row: RawRow;
  readonly document: ResourceObject;
  /** The attributes whose elements are among `elements`, all of them. */
  readonly looked: ReadonlySet<string>;
  readonly elements: ReadonlyMap<string, ElementRow>;
  readonly uniques: readonly RawUnique[];
  /** Attributes that elements are there of and that the type does not name. */
  readonly unknown: readonly string[];
  /** The writeOnly attributes that something is kept of. */
  readonly secrets: ReadonlySet<string>;
}

/** What a resource is to be, where that differs from what is there. */
export interface Rebuilt {
  readonly id: string;
  readonly version: string;
  /** The mark that it has still. */
  readonly mark: string;
  /** The new document; undefined where it stays. */
  readonly document: string | undefined;
  readonly keys: string;
  readonly modifiedKey: string;
  readonly uniques: { readonly gone: readonly RawUnique[]; readonly come: readonly UniqueRow[] };
  readonly elements: ElementDifference;
  /** Whether look-ups miss the resource, because no index can hold the `value` of an element. */
  readonly isHidden: boolean;
  /** Attributes that no schema names whose elements go. */
  readonly forgotten: readonly string[];
  /** Clear values to be kept as hashes. */
  readonly clear: Readonly<Record<string, unknown>>;
  readonly findings: Findings;
}

/** Rows of elements that differ. */
export interface ElementDifference {
  readonly gone: readonly ElementRow[];
  readonly come: readonly ElementRow[];
  readonly changed: readonly ElementRow[];
}

/** Paths of what is to be told of a resource. */
export interface Findings {
  readonly unknown: Iterable<string>;
  readonly misfits: readonly string[];
  readonly hashed: readonly string[];
  readonly kept: readonly string[];
}

/** What is found in a resource of the shape that is wanted; `isDone`: there is nothing to do. */
export function inspect(
  plan: Plan,
  document: ResourceObject,
  unknown: readonly string[],
): { readonly findings: Findings; readonly isDone: boolean } {
  const { resourceType, forget, canHash } = plan;
  const { paths } = unknownIn(resourceType, document, forget);
  const clear = Object.keys(clearSecrets(resourceType, document));
  const all = new Set([...paths, ...unknown]);
  const misfits = fitResource(resourceType, document).misfits.map(({ path }) => path);
  return {
    findings: { unknown: all, misfits, hashed: [], kept: clear },
    isDone: ![...all].some((path) => isForgotten(forget, path)) && !(canHash && clear.length > 0),
  };
}

/** Makes all that is derived from a resource anew, element by element. */
export function* rebuildSteps(plan: Plan, stored: Stored): Steps<Rebuilt> {
  const { resourceType, tenant, forget, canHash } = plan;
  const { row: raw, looked, secrets } = stored;
  const gathered = gather(resourceType, stored);
  const { paths, resource: whole } = unknownIn(resourceType, gathered.whole, forget);
  const clear = clearSecrets(resourceType, whole);
  const isKept = (path: string): boolean => !canHash && !secrets.has(path);
  const resource = { ...whole, id: raw.id, meta: metaOf(resourceType, raw) } as unknown as StoredResource;
  const row = yield* rowSteps(resourceType, resource, tenant, plainCollections(plan, looked));
  const document: Record<string, unknown> = { ...whole };
  for (const path of Object.keys(clear))
    if (!isKept(path)) writeAttribute(document, attributeAt(resourceType, path), undefined);
  const hidden = new Set(referencesHidden(resourceType, row));
  const now = yield* elementSteps({ resourceType, row, looked, document, ownKeys: gathered.ownKeys, hidden });
  return {
    id: raw.id,
    version: raw.version,
    mark: raw.mark,
    document: isSame(document, stored.document) ? undefined : JSON.stringify(document),
    keys: row.keys,
    modifiedKey: row.modifiedKey,
    uniques: uniqueDifference(plan, stored, row),
    elements: elementDifference(stored.elements, now),
    isHidden: hidden.size > 0,
    forgotten: stored.unknown.filter((path) => isForgotten(forget, path)),
    clear: Object.fromEntries(Object.entries(clear).filter(([path]) => canHash && !secrets.has(path))),
    findings: {
      unknown: new Set([...paths, ...stored.unknown]),
      misfits: [...new Set([...fitResource(resourceType, whole).misfits.map(({ path }) => path), ...hidden])],
      hashed: Object.keys(clear).filter((path) => !isKept(path)),
      kept: Object.keys(clear).filter(isKept),
    },
  };
}

function attributeAt({ attributes }: CompiledResourceType, path: string): Attribute {
  return attributes.find((attribute) => attribute.path === path) as Attribute;
}

/** A resource with its elements, wherever they are, and the keys that elements without a `value` have, by attribute. */
interface Gathered {
  readonly whole: ResourceObject;
  readonly ownKeys: ReadonlyMap<string, readonly (string | undefined)[]>;
}

function gather({ attributes }: CompiledResourceType, { document, elements, looked }: Stored): Gathered {
  const whole: Record<string, unknown> = { ...document };
  const ownKeys = new Map<string, readonly (string | undefined)[]>();
  const rows = new Map<string, ElementRow[]>();
  for (const row of elements.values()) if (row.element !== null) getOrCreate(rows, row.attribute, () => []).push(row);
  for (const attribute of attributes) {
    const held = looked.has(attribute.path) ? rows.get(attribute.path) : undefined;
    if (held === undefined) continue;
    const all = withListed(held, listOf(readAttribute(document, attribute)));
    writeAttribute(whole, attribute, all.length === 1 && !attribute.multiValued ? all[0] : all);
    ownKeys.set(
      attribute.path,
      held.map(({ key }) => (isNameless(key) ? key : undefined)),
    );
  }
  return { whole, ownKeys };
}

/** The elements of rows, and behind them those of a document that are not among them. */
function withListed(rows: readonly ElementRow[], listed: readonly unknown[]): readonly unknown[] {
  const apart = rows.map(({ value, element }) => elementOf([value, element]));
  const names = new Set(apart.map(nameOf));
  return [...apart, ...listed.filter((element) => !names.has(nameOf(element)))];
}

function listOf(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** What tells elements apart: their `value`, or else all that they say. */
function nameOf(element: unknown): string {
  return JSON.stringify(isObject(element) && element.value !== undefined ? [element.value] : element);
}

/** The references of a document whose `value` is too long to have rows. */
function referencesHidden({ references }: CompiledResourceType, { long }: Row): readonly string[] {
  const names = [...long.details.keys()];
  const isHidden = (path: string): boolean => names.some((name) => name.startsWith(`${path} `));
  return references.map(({ attribute }) => attribute.path).filter(isHidden);
}

/** What the elements of a resource are made of. */
interface Elements {
  readonly resourceType: CompiledResourceType;
  readonly row: Row;
  readonly looked: ReadonlySet<string>;
  /** The document as it is to be; elements leave it. */
  readonly document: Record<string, unknown>;
  readonly ownKeys: Gathered["ownKeys"];
  /** Told of collections with a `value` that is too long for an index. */
  readonly hidden: Set<string>;
}

/** The rows of elements that there must be of the attributes that were looked at. What becomes a row leaves the document. */
function* elementSteps(of: Elements): Steps<ReadonlyMap<string, ElementRow>> {
  const { resourceType, row, looked, document } = of;
  const now = new Map<string, ElementRow>();
  for (const [name, reference] of row.elements)
    if (reference.element === null && looked.has(reference.attribute)) now.set(name, reference);
  for (const attribute of resourceType.attributes) {
    const value = attribute.collection && attribute.isStored ? readAttribute(document, attribute) : undefined;
    if (value === undefined) continue;
    const left = yield* collectionSteps(of, attribute, listOf(value), now);
    writeAttribute(document, attribute, left.length === 0 ? undefined : left);
  }
  return now;
}

/** Adds the rows of a collection, and gives the elements that cannot be rows. The first of several with one `value` counts. */
function* collectionSteps(
  of: Elements,
  attribute: Attribute,
  elements: readonly unknown[],
  rows: Map<string, ElementRow>,
): Steps<readonly unknown[]> {
  const ownKeys = of.ownKeys.get(attribute.path) ?? [];
  const left: unknown[] = [];
  for (let index = 0; index < elements.length; index++) {
    const row = rowOfElement(of, attribute, elements[index], ownKeys[index]);
    if (row === undefined) left.push(elements[index]);
    else if (!rows.has(rowName(row.attribute, row.key))) rows.set(rowName(row.attribute, row.key), row);
    yield;
  }
  return left;
}

/** Undefined for an element that has no meaning as the attribute is declared. */
function rowOfElement(
  { resourceType, hidden }: Elements,
  attribute: Attribute,
  element: unknown,
  ownKey: string | undefined,
): ElementRow | undefined {
  const [fits] = (fitAttribute(attribute, [element]) ?? []) as ResourceObject[];
  if (fits === undefined) return undefined;
  const row = elementRow(resourceType, attribute, fits, attribute.path, () => hidden.add(attribute.path));
  const key = isNameless(row.key) ? (ownKey ?? row.key) : row.key;
  if (fits === element || !isObject(element)) return { ...row, key };
  const unfit = Object.entries(element).filter(([name]) => fits[name] === undefined);
  return {
    ...row,
    key,
    element: JSON.stringify({ ...Object.fromEntries(unfit), ...JSON.parse(row.element as string) }),
  };
}

function elementDifference(
  before: ReadonlyMap<string, ElementRow>,
  now: ReadonlyMap<string, ElementRow>,
): ElementDifference {
  const come: ElementRow[] = [];
  const changed: ElementRow[] = [];
  for (const [name, row] of now) {
    const old = before.get(name);
    if (old === undefined) come.push(row);
    else if (!isRowSame(old, row)) changed.push(row);
  }
  return { gone: [...before].flatMap(([name, row]) => (now.has(name) ? [] : [row])), come, changed };
}

function isRowSame(old: ElementRow, row: ElementRow): boolean {
  return old.value === row.value && isJsonSame(old.element, row.element) && isJsonSame(old.keys, row.keys);
}

function isJsonSame(left: string | null, right: string | null): boolean {
  return left === right || (left !== null && right !== null && isSame(JSON.parse(left), JSON.parse(right)));
}

/** Unique values of what no schema names, and those of collections that nobody looked at, stay. */
function uniqueDifference(plan: Plan, { uniques, looked }: Stored, row: Row): Rebuilt["uniques"] {
  const { uniqueNames, forget, resourceType } = plan;
  const resting = restingCollections(plan, looked);
  const now = new Set(row.uniques.map(uniqueKey));
  const before = new Set(uniques.map(uniqueKey));
  const isOver = (unique: RawUnique): boolean => {
    if (now.has(uniqueKey(unique))) return false;
    const attribute = uniqueNames.get(unique.attribute);
    if (attribute !== undefined) return !resting.includes(attribute);
    const prefix = `${resourceType.urn} `;
    const { attribute: name } = unique;
    return isForgotten(forget, name.startsWith(prefix) ? name.slice(prefix.length) : name);
  };
  return { gone: uniques.filter(isOver), come: row.uniques.filter((unique) => !before.has(uniqueKey(unique))) };
}
