import { type Attribute, pathOf } from "../../../schema/attribute.ts";
import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import { type Shape, shapeOf, uniqueName } from "../../../schema/shape.ts";
import { getOrCreate } from "../../get-or-create.ts";
import { hasUniqueParts } from "../../unique.ts";
import type { UsedShape } from "./reindex-read.ts";

/** What is to be made of the resources of one type of a tenant, and from which shapes. */
export interface Plan {
  readonly tenant: string;
  readonly resourceType: CompiledResourceType;
  readonly own: Shape;
  /** The shapes that rows are of, by mark. */
  readonly shapes: ReadonlyMap<string, UsedShape>;
  /** Unknown paths that are to be forgotten. */
  readonly forget: ReadonlySet<string>;
  /** Whether there is a hash function for what is clear and must not be. */
  readonly canHash: boolean;
  /** Whether elements may be there of attributes that the type does not name. */
  readonly mayHoldUnknown: boolean;
  /** The attributes by the names of their unique values. */
  readonly uniqueNames: ReadonlyMap<string, Attribute>;
  /** The attributes whose elements are to be looked at in rows of a mark. */
  looksAt(mark: string): ReadonlySet<string>;
}

/** What is told of the work. */
export type PlanOptions = Pick<Plan, "tenant" | "resourceType" | "shapes" | "forget" | "canHash">;

/** Plans the work on one type of a tenant. */
export function planOf(options: PlanOptions): Plan {
  const { resourceType, shapes, forget } = options;
  const own = shapeOf(resourceType);
  const looks = new Map<string, ReadonlySet<string>>();
  return {
    ...options,
    own,
    mayHoldUnknown: [...shapes.values()].some(({ attributes = {} }) => holdsUnknown(resourceType, attributes)),
    uniqueNames: uniqueNamesOf(resourceType),
    looksAt: (mark) =>
      getOrCreate(looks, mark, () => {
        const old = mark === own.fingerprint ? own.attributes : shapes.get(mark)?.attributes;
        return new Set(
          attributesWithKeys(resourceType, own)
            .filter((attribute) => !agrees(own.attributes, old, attribute) || isPartForgotten(attribute, forget))
            .map(({ path }) => path),
        );
      }),
  };
}

/** The attributes that storage derives anything from, but for computed ones. */
function attributesWithKeys({ attributes }: CompiledResourceType, own: Shape): readonly Attribute[] {
  return attributes.filter(({ path, inverseOf }) => own.attributes[path] !== undefined && inverseOf === undefined);
}

/** Whether elements of an attribute that were made under one shape are as another one wants them. */
function agrees(own: Shape["attributes"], old: Shape["attributes"] | undefined, attribute: Attribute): boolean {
  if (old === undefined) return false;
  const isSame = ({ path }: Attribute): boolean => {
    const [now, then] = [own[path], old[path]];
    return now?.key === then?.key && now?.place === then?.place && now?.uniqueness === then?.uniqueness;
  };
  const hasPart = (path: string): boolean => path.startsWith(`${attribute.path}.`) && own[path] === undefined;
  return [attribute, ...attribute.subAttributes].every(isSame) && !Object.keys(old).some(hasPart);
}

function isPartForgotten({ path }: Attribute, forget: ReadonlySet<string>): boolean {
  return [...forget].some((forgotten) => forgotten.startsWith(`${path}.`));
}

/** A row of elements is of a collection, or of a reference that the document holds. */
function holdsUnknown({ attributes }: CompiledResourceType, old: Shape["attributes"]): boolean {
  const names = new Set(attributes.map(({ path }) => path));
  return Object.entries(old).some(
    ([path, { place, key }]) =>
      (place === "collection" || key.includes(",to ")) && !names.has(path) && !isPart(path, old),
  );
}

function isPart(path: string, old: Shape["attributes"]): boolean {
  const dot = path.lastIndexOf(".");
  return dot !== -1 && old[path.slice(0, dot)] !== undefined;
}

function uniqueNamesOf(resourceType: CompiledResourceType): ReadonlyMap<string, Attribute> {
  const names = new Map<string, Attribute>();
  for (const attribute of resourceType.attributes)
    for (const sub of [undefined, ...attribute.subAttributes])
      names.set(uniqueName(resourceType, pathOf(attribute, sub)), attribute);
  return names;
}

/** The collections whose unique values stay as they are, because their elements are not looked at. */
export function restingCollections({ resourceType }: Plan, looked: ReadonlySet<string>): readonly Attribute[] {
  return resourceType.attributes.filter(({ collection, path }) => collection && !looked.has(path));
}

/** The collections that need not be taken apart to know what of them is unique. */
export function plainCollections({ resourceType }: Plan, looked: ReadonlySet<string>): readonly Attribute[] {
  return resourceType.attributes.filter(
    (attribute) => attribute.collection && (!looked.has(attribute.path) || !hasUniqueParts(resourceType, attribute)),
  );
}

/** Whether a path is to be forgotten, alone or with what it is part of. */
export function isForgotten(forget: ReadonlySet<string>, path: string): boolean {
  return [...forget].some(
    (forgotten) => path === forgotten || path.startsWith(`${forgotten}.`) || path.startsWith(`${forgotten}:`),
  );
}
