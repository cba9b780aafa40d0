import fc from "fast-check";
import {
  compileResourceType,
  defineResourceType,
  type ResourceTypeDefinition,
  schemaFromJson,
} from "../../src/index.ts";
import type { PrepareOptions } from "../../src/patch/index.ts";
import type { ModelAttribute, ModelOperation, ModelSchema, ModelType } from "./patch-model.ts";

/** A resource type with one attribute of every kind that a PATCH tells apart, as plain JSON. */
export const THING: Omit<ModelType, "isTolerant"> = {
  id: "urn:example:params:scim:schemas:Thing",
  maxElements: 5,
  attributes: [
    { name: "title" },
    { name: "code", required: true },
    { name: "exact", caseExact: true },
    { name: "level", type: "integer" },
    { name: "flag", type: "boolean" },
    { name: "badge", mutability: "immutable" },
    { name: "seal", mutability: "readOnly" },
    { name: "pin", mutability: "writeOnly" },
    {
      name: "name",
      type: "complex",
      subAttributes: [{ name: "given" }, { name: "family" }, { name: "tags", multiValued: true }],
    },
    { name: "post", type: "complex", mutability: "immutable", subAttributes: [{ name: "street" }, { name: "city" }] },
    {
      name: "desk",
      type: "complex",
      subAttributes: [
        { name: "room", required: true },
        { name: "floor", mutability: "immutable" },
        { name: "note" },
        { name: "plan", mutability: "readOnly" },
      ],
    },
    { name: "core", type: "complex", required: true, subAttributes: [{ name: "left" }, { name: "right" }] },
    { name: "words", multiValued: true },
    { name: "marks", multiValued: true, mutability: "immutable" },
    { name: "must", multiValued: true, required: true },
    {
      name: "mails",
      type: "complex",
      multiValued: true,
      subAttributes: [
        { name: "value" },
        { name: "type", canonicalValues: ["a", "b"] },
        { name: "display" },
        { name: "primary", type: "boolean" },
      ],
    },
    {
      name: "places",
      type: "complex",
      multiValued: true,
      subAttributes: [{ name: "street" }, { name: "city" }, { name: "primary", type: "boolean" }],
    },
    {
      name: "keys",
      type: "complex",
      multiValued: true,
      required: true,
      subAttributes: [
        { name: "value", required: true },
        { name: "kind", mutability: "immutable" },
        { name: "stamp", mutability: "readOnly" },
        { name: "tags", multiValued: true },
      ],
    },
    {
      name: "crew",
      type: "complex",
      multiValued: true,
      collection: true,
      subAttributes: [
        { name: "value", caseExact: true, mutability: "immutable", required: true },
        { name: "display", mutability: "immutable" },
      ],
    },
  ],
  extensions: [
    {
      id: "urn:example:params:scim:schemas:extension:Job",
      required: false,
      attributes: [
        { name: "dept" },
        { name: "grade", required: true },
        { name: "lock", mutability: "immutable" },
        { name: "boss", type: "complex", subAttributes: [{ name: "value" }, { name: "note" }] },
        { name: "labels", multiValued: true },
        { name: "rank", mutability: "readOnly" },
      ],
    },
    {
      id: "urn:example:params:scim:schemas:extension:Plan",
      required: true,
      attributes: [{ name: "plan" }, { name: "unit" }],
    },
  ],
};

export const LIMITS = { stringLength: 1000, binaryLength: 1000, elements: THING.maxElements, collectionElements: 100 };

const schemaOf = ({ id, attributes }: ModelSchema) =>
  schemaFromJson({
    id,
    attributes: attributes.map(({ collection = false, ...attribute }) => ({ ...attribute, scimkit: { collection } })),
  } as unknown as Parameters<typeof schemaFromJson>[0]);

/** The same type for the library. */
export const ThingType: ResourceTypeDefinition = THING.extensions.reduce(
  (definition, extension): ResourceTypeDefinition =>
    definition.extend(schemaOf(extension), { required: extension.required }),
  defineResourceType({ name: "Thing", schema: schemaOf(THING) }) as ResourceTypeDefinition,
);
export const thing = compileResourceType(ThingType);

const ignore = (): undefined => undefined;

/** How the engine reads operations by the letter. */
export const STRICT: PrepareOptions = {
  read: {
    limits: LIMITS,
    unknownAttributes: "ignore",
    formats: "ignore",
    canonicalValues: "suggest",
    tolerances: { value: ignore, attribute: ignore, primaries: ignore, unknown: ignore, idOf: ignore },
  },
};

/** How it reads them with the tolerances of the default profile that concern PATCH. */
export const LENIENT: PrepareOptions = {
  ...STRICT,
  unknownPath: ignore,
  readOnlyValue: ignore,
  pathKey: ignore,
  removeValue: ignore,
};

const TEXT = fc.constantFrom("a", "b", "A", "c");
const BOOLEAN = fc.boolean();

/** A value that the attribute can have: one element where it is multi-valued. */
function one(attribute: ModelAttribute, isStored: boolean): fc.Arbitrary<unknown> {
  if (attribute.type === "boolean") return BOOLEAN;
  if (attribute.type === "integer") return fc.constantFrom(1, 2);
  if (attribute.type !== "complex") return TEXT;
  const subs = (attribute.subAttributes ?? []).filter(({ mutability }) => isStored || mutability !== "readOnly");
  const required = subs.filter((sub) => sub.required).map(({ name }) => name);
  const members = Object.fromEntries(
    subs.map((sub) => [
      sub.name,
      sub.multiValued
        ? fc.uniqueArray(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 3 })
        : one(sub, isStored),
    ]),
  );
  return fc
    .record(members, { requiredKeys: required, noNullPrototype: true })
    .filter((value) => Object.keys(value).length > 0);
}

function idOf(attribute: ModelAttribute): (element: unknown) => string {
  return (element) => {
    if (typeof element !== "object" || element === null) return String(element).toLowerCase();
    const { value, type } = element as Record<string, string | undefined>;
    if (value === undefined) return JSON.stringify({ ...element, primary: undefined });
    return attribute.collection ? value : JSON.stringify([value.toLowerCase(), type?.toLowerCase()]);
  };
}

/** A list without twins and with one primary element at most. */
function list(attribute: ModelAttribute): fc.Arbitrary<unknown[]> {
  return fc
    .uniqueArray(one(attribute, true), { minLength: 1, maxLength: 4, selector: idOf(attribute) })
    .map((elements) => {
      let hasPrimary = false;
      return elements.map((element) => {
        if (typeof element !== "object" || element === null || !("primary" in element)) return element;
        const primary = element.primary === true && !hasPrimary;
        hasPrimary ||= primary;
        return { ...element, primary };
      });
    });
}

function stored({ attributes }: Pick<ModelSchema, "attributes">): fc.Arbitrary<Record<string, unknown>> {
  const kept = attributes.filter(({ mutability }) => mutability !== "writeOnly");
  const members = Object.fromEntries(
    kept.map((attribute) => [attribute.name, attribute.multiValued ? list(attribute) : one(attribute, true)]),
  );
  return fc.record(members, {
    requiredKeys: kept.filter(({ required }) => required).map(({ name }) => name),
    noNullPrototype: true,
  });
}

const [JOB, PLAN] = THING.extensions as unknown as readonly [ModelSchema, ModelSchema];

/** A valid state of a Thing. */
export const resource: fc.Arbitrary<Record<string, unknown>> = fc
  .tuple(
    stored(THING),
    fc.option(stored(JOB)),
    stored(PLAN).filter((plan) => Object.keys(plan).length > 0),
  )
  .map(([core, job, plan]) => ({
    id: "1",
    meta: { created: "2026-01-01T00:00:00Z" },
    ...core,
    ...(job === null ? {} : { [JOB.id]: job }),
    [PLAN.id]: plan,
  }));

const literal = (sub: ModelAttribute): fc.Arbitrary<string> =>
  sub.type === "boolean" ? BOOLEAN.map(String) : TEXT.map((text) => JSON.stringify(text));

function comparison(attribute: ModelAttribute): fc.Arbitrary<string> {
  const subs: readonly ModelAttribute[] = attribute.subAttributes ?? [{ name: "value" }];
  const known = fc
    .constantFrom(...subs)
    .chain((sub) =>
      fc.oneof(
        { arbitrary: literal(sub).map((operand) => `${sub.name} eq ${operand}`), weight: 6 },
        { arbitrary: literal(sub).map((operand) => `${sub.name} ne ${operand}`), weight: 1 },
        { arbitrary: fc.constant(sub.type === "boolean" ? `${sub.name} eq false` : `${sub.name} sw "a"`), weight: 1 },
        { arbitrary: fc.constant(`${sub.name} pr`), weight: 1 },
      ),
    );
  return fc.oneof({ arbitrary: known, weight: 30 }, { arbitrary: fc.constant('nosuch eq "a"'), weight: 1 });
}

function filter(attribute: ModelAttribute): fc.Arbitrary<string> {
  const part = comparison(attribute);
  return fc.oneof(
    { arbitrary: part, weight: 6 },
    { arbitrary: fc.tuple(part, part).map(([left, right]) => `${left} and ${right}`), weight: 3 },
    { arbitrary: fc.tuple(part, part).map(([left, right]) => `${left} or ${right}`), weight: 2 },
    { arbitrary: part.map((inner) => `not (${inner})`), weight: 1 },
    { arbitrary: fc.tuple(part, part, part).map(([a, b, c]) => `(${a} or ${b}) and ${c}`), weight: 1 },
  );
}

const WRONG = fc.constantFrom<unknown>(7, true, "x", { nosuch: 1 }, [["a"]], 1.5);

/** What a client may send for an attribute: mostly what belongs there, now and then `null`, `[]`, `{}` or something else. */
function sent(attribute: ModelAttribute, isElement: boolean): fc.Arbitrary<unknown> {
  const single = one(attribute, false);
  const nulled =
    attribute.type === "complex"
      ? fc
          .tuple(single, fc.constantFrom(...(attribute.subAttributes ?? [])), fc.constantFrom(null, []))
          .map(([value, sub, empty]) => ({ ...(value as object), [sub.name]: empty }))
      : single;
  const good =
    attribute.multiValued && !isElement
      ? fc.oneof(
          { arbitrary: fc.array(fc.oneof({ arbitrary: single, weight: 6 }, nulled), { maxLength: 3 }), weight: 5 },
          single,
        )
      : single;
  return fc.oneof(
    { arbitrary: good, weight: 24 },
    { arbitrary: nulled, weight: 3 },
    { arbitrary: fc.constant(null), weight: 2 },
    { arbitrary: fc.constantFrom<unknown>([], {}), weight: 1 },
    { arbitrary: WRONG, weight: 1 },
  );
}

interface Path {
  readonly text: fc.Arbitrary<string>;
  readonly value: fc.Arbitrary<unknown>;
}

/** Every path to an attribute and below, with the values that belong there. */
function pathsTo(attribute: ModelAttribute, prefix: string): Path[] {
  const name = prefix + attribute.name;
  const spelt = fc.constantFrom(name, name, name, name.toUpperCase());
  const paths: Path[] = [{ text: spelt, value: sent(attribute, false) }];
  const subs = attribute.subAttributes ?? [];
  if (subs.length > 0) {
    const sub = fc.constantFrom(...subs);
    paths.push({ text: sub.map((one) => `${name}.${one.name}`), value: sub.chain((one) => sent(one, false)) });
  }
  if (attribute.multiValued) {
    paths.push({ text: filter(attribute).map((text) => `${name}[${text}]`), value: sent(attribute, true) });
    if (subs.length > 0) {
      for (const sub of subs)
        paths.push({ text: filter(attribute).map((text) => `${name}[${text}].${sub.name}`), value: sent(sub, false) });
    }
  }
  return paths;
}

const ODD: Path[] = [
  "nosuch",
  "name.nosuch",
  'mails[type eq "a"].nosuch',
  'name[given eq "a"]',
  "id",
  "meta.created",
].map((text) => ({ text: fc.constant(text), value: TEXT }));

function members({ attributes }: Pick<ModelSchema, "attributes">): fc.Arbitrary<Record<string, unknown>> {
  return fc.uniqueArray(fc.constantFrom(...attributes), { maxLength: 3 }).chain((chosen) =>
    fc.record(Object.fromEntries(chosen.map((attribute) => [attribute.name, sent(attribute, false)])), {
      noNullPrototype: true,
    }),
  );
}

const KEYS = fc.constantFrom<readonly [string, unknown]>(
  ["name.given", "b"],
  ['mails[type eq "a"].value', "b"],
  [`${JOB.id}:dept`, "b"],
  [`${JOB.id}:rank`, "b"],
  ["nosuch", 1],
  ["id", "1"],
  ["id", "2"],
  ["meta", { created: "2026-01-01T00:00:00Z" }],
);

const pathless: fc.Arbitrary<unknown> = fc
  .tuple(
    members(THING),
    fc.option(fc.oneof({ arbitrary: members(JOB), weight: 8 }, fc.constant(null)), { freq: 2 }),
    fc.option(KEYS, { freq: 3 }),
  )
  .map(([core, job, key]) => ({
    ...core,
    ...(job === null ? {} : { [JOB.id]: job }),
    ...(key === null ? {} : { [key[0]]: key[1] }),
  }));

const OP = fc.constantFrom<ModelOperation["op"]>("add", "remove", "replace");

const containers: Path[] = [
  { text: fc.constant(JOB.id), value: fc.oneof({ arbitrary: members(JOB), weight: 5 }, fc.constant(null)) },
  { text: fc.constant(PLAN.id), value: fc.oneof({ arbitrary: members(PLAN), weight: 5 }, fc.constant(null)) },
  { text: fc.constant(THING.id), value: pathless },
];

const paths: readonly Path[] = [
  ...THING.attributes.flatMap((attribute) => pathsTo(attribute, "")),
  ...JOB.attributes.flatMap((attribute) => pathsTo(attribute, `${JOB.id}:`)),
  ...PLAN.attributes.flatMap((attribute) => pathsTo(attribute, `${PLAN.id}:`)),
  ...containers,
  ...ODD,
];

const withPath: fc.Arbitrary<ModelOperation> = fc.integer({ min: 0, max: paths.length - 1 }).chain((index) => {
  const { text, value } = paths[index] as Path;
  return fc.record({ op: OP, path: text, value }, { requiredKeys: ["op", "path"], noNullPrototype: true });
});

/** Sequences that meet again in the same few attributes, where one operation sees what the one before has done. */
const clustered: fc.Arbitrary<readonly ModelOperation[]> = fc
  .constantFrom("mails", "keys", "crew", "desk", "words", "places")
  .chain((name) => {
    const attribute = THING.attributes.find((candidate) => candidate.name === name) as ModelAttribute;
    const operation = fc.oneof(
      ...pathsTo(attribute, "").map(({ text, value }) =>
        fc.record({ op: OP, path: text, value }, { requiredKeys: ["op", "path"], noNullPrototype: true }),
      ),
    );
    return fc.array(operation, { minLength: 2, maxLength: 5 });
  });

/** The operations of one PATCH. */
export const operations: fc.Arbitrary<readonly ModelOperation[]> = fc.oneof(
  { arbitrary: fc.array(withPath, { minLength: 1, maxLength: 3 }), weight: 5 },
  { arbitrary: clustered, weight: 4 },
  {
    arbitrary: fc
      .tuple(fc.constantFrom("add" as const, "replace" as const), pathless)
      .map(([op, value]) => [{ op, value }]),
    weight: 2,
  },
  { arbitrary: fc.constant([{ op: "remove" as const }]), weight: 1 },
);
