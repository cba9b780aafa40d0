import { type Attribute, type AttributePath, pathOf } from "./attribute.ts";
import { remembered } from "./remembered.ts";
import type { CompiledResourceType } from "./resource-type.ts";

/** Changed when the standard comparison key of any value changes, so that data written under another one is known. */
const KEY_VERSION = 1;

/** Where the values of an attribute are kept: in the document, each element by itself, apart as a secret, or nowhere. */
export type Place = "document" | "collection" | "secret" | "computed";

/** What storage made of the values of one attribute or sub-attribute when it wrote them. */
export interface AttributeShape {
  /** By what keys they are compared: type, multiplicity, letter case, comparison and key function. The same text, the same keys. */
  readonly key: string;
  readonly place: Place;
  /** `"none"`, or within what its values are unique and the name under which they are: `"server urn:example:Thing code"`. */
  readonly uniqueness: string;
}

/**
 * What the keys, unique values and elements of a resource type depend on, and nothing else: what storage wrote under one shape it
 * may rely on under another one as far as the two say the same.
 */
export interface Shape {
  /** Short text that tells shapes apart. */
  readonly fingerprint: string;
  /** By canonical path. */
  readonly attributes: Readonly<Record<string, AttributeShape>>;
}

/** The shape of a resource type. */
export const shapeOf: (resourceType: CompiledResourceType) => Shape = remembered((resourceType) => {
  const attributes: Record<string, AttributeShape> = {};
  for (const attribute of resourceType.attributes) {
    if (attribute.path === "schemas" || attribute.path === "id" || attribute.path === "meta") continue;
    for (const sub of [undefined, ...attribute.subAttributes]) {
      const one = sub ?? attribute;
      attributes[one.path] = {
        key: keyShape(one, resourceType.hasStandardKeys),
        place: placeOf(attribute),
        uniqueness:
          one.uniqueness === "none" ? "none" : `${one.uniqueness} ${uniqueName(resourceType, pathOf(attribute, sub))}`,
      };
    }
  }
  return { fingerprint: fingerprintOf(resourceType.urn, attributes), attributes };
});

/**
 * The name under which an attribute's values are unique: resource types that share the schema share the uniqueness of
 * its attributes [S-7-24]. The attributes that all types have share theirs too.
 */
export function uniqueName({ urn }: Pick<CompiledResourceType, "urn">, { attribute, text }: AttributePath): string {
  return attribute.extension !== undefined || text === "id" || text === "externalId" ? text : `${urn} ${text}`;
}

function placeOf(attribute: Attribute): Place {
  if (attribute.inverseOf !== undefined) return "computed";
  if (attribute.mutability === "writeOnly") return "secret";
  return attribute.collection ? "collection" : "document";
}

function keyShape(attribute: Attribute, isStandard: boolean): string {
  const { type, multiValued, caseExact, comparison } = attribute;
  const targets = attribute.sub("$ref")?.resourceTypes ?? [];
  return [
    `${type}${multiValued ? "[]" : ""}`,
    ...(caseExact ? ["exact"] : []),
    ...(comparison === "plain" ? [] : [comparison]),
    ...(targets.length === 0 ? [] : [`to ${[...targets].sort().join(" ")}`]),
    `${KEY_VERSION}${isStandard || type === "complex" ? "" : `.${probe(attribute)}`}`,
  ].join(",");
}

/** What a key function of the host's makes of some values stands for the function: another one is known by other keys. */
function probe(attribute: Attribute): string {
  const keys = (PROBES[attribute.type] ?? TEXTS).map((value) => {
    try {
      return attribute.key(value);
    } catch {
      return null;
    }
  });
  return hash(JSON.stringify(keys));
}

const TEXTS = [
  ...[
    "",
    " ",
    "a",
    "A",
    " Ada  Lovelace ",
    "Ada.Lovelace+work@Example.COM",
    "STRASSE ß ẞ",
    "É e\u0301 İ ı Σ ς",
    "\uFF21\uFF11 ﬁ",
  ],
  ...["007", "+44 (0)20 7946-0018", "x_y-z.ä", "\u200b\u00ad", "https://Example.com/A/../b", "Zoë\tO'Brien"],
];
const PROBES: Readonly<Record<string, readonly unknown[]>> = {
  boolean: [true, false],
  integer: [0, -1, 42],
  decimal: [0, -1.5, 42.25],
  dateTime: ["2011-05-13T04:42:34Z", "2011-05-13T04:42:34.5+02:00"],
  binary: ["", "YQ==", "YWI"],
};

function fingerprintOf(urn: string, attributes: Shape["attributes"]): string {
  const lines = Object.entries(attributes).map(([path, { key, place, uniqueness }]) =>
    [path, key, place, uniqueness].join(" "),
  );
  return hash([urn, ...lines.sort()].join("\n"));
}

/** 64 bits of FNV-1a over two different beginnings: shapes are the host's own, nobody forges one. */
function hash(text: string): string {
  let [high, low] = [0x811c9dc5, 0x9e3779b9];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 0x01000193) >>> 0;
    low = Math.imul(low ^ ((code << 7) | (code >>> 9)), 0x01000193) >>> 0;
  }
  return high.toString(36).padStart(7, "0") + low.toString(36).padStart(7, "0");
}

/** The attributes of a shape after a resource type that they may refer to has got another name. */
export function withTargetRenamed(attributes: Shape["attributes"], from: string, to: string): Shape["attributes"] {
  const renamed = (part: string): string => {
    if (!part.startsWith("to ")) return part;
    const targets = part.slice("to ".length).split(" ");
    return `to ${[...new Set(targets.map((name) => (name === from ? to : name)))].sort().join(" ")}`;
  };
  return Object.fromEntries(
    Object.entries(attributes).map(([path, shape]) => [
      path,
      { ...shape, key: shape.key.split(",").map(renamed).join(",") },
    ]),
  );
}

/** What is different for one attribute between two shapes. */
export interface ShapeChange {
  /** Canonical path. */
  readonly attribute: string;
  /**
   * `"added"` and `"removed"`: the attribute itself. `"type"`: another type, single instead of multi-valued, other targets.
   * `"comparison"`: letter case, comparison or key function. `"uniqueness"`, `"collection"`, `"secret"`: what the names say.
   */
  readonly change: "added" | "removed" | "type" | "comparison" | "uniqueness" | "collection" | "secret";
  /** Whether what was written before has to be rebuilt until look-ups by it cost what they should; answers are true before that too. */
  readonly needsReindex: boolean;
}

/** What has changed from one shape to another. */
export function changesOfShape(before: Shape, after: Shape): readonly ShapeChange[] {
  const paths = new Set([...Object.keys(before.attributes), ...Object.keys(after.attributes)]);
  return [...paths].flatMap((attribute) => {
    const changes = changesBetween(before.attributes[attribute], after.attributes[attribute]);
    return changes.map((change) => ({ attribute, ...change }));
  });
}

type Change = Omit<ShapeChange, "attribute">;

function changesBetween(old: AttributeShape | undefined, now: AttributeShape | undefined): readonly Change[] {
  if (now === undefined) return [{ change: "removed", needsReindex: false }];
  if (old === undefined)
    return [{ change: "added", needsReindex: now.uniqueness !== "none" || now.place === "collection" }];
  return [keyChange(old, now), uniquenessChange(old, now), placeChange(old, now)].flatMap((change) => change ?? []);
}

function keyChange({ key: old }: AttributeShape, { key: now }: AttributeShape): Change | undefined {
  if (old === now) return undefined;
  return { change: typeIn(old) === typeIn(now) ? "comparison" : "type", needsReindex: true };
}

/** The type, and what it leads to. */
function typeIn(key: string): string {
  return key
    .split(",")
    .filter((part, index) => index === 0 || part.startsWith("to "))
    .join();
}

function uniquenessChange({ uniqueness: old }: AttributeShape, { uniqueness: now }: AttributeShape) {
  return old === now ? undefined : ({ change: "uniqueness", needsReindex: now !== "none" } as const);
}

function placeChange({ place: old }: AttributeShape, { place: now }: AttributeShape): Change | undefined {
  if (old === now) return undefined;
  return { change: old === "secret" || now === "secret" ? "secret" : "collection", needsReindex: true };
}
