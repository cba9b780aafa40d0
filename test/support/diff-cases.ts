import fc from "fast-check";
import { compileResourceType, defineResourceType, schemaFromJson } from "../../src/index.ts";
import { applyPatch, type ParsedOperation, prepare } from "../../src/patch/index.ts";
import { LIMITS, STRICT } from "./patch-cases.ts";
import type { ModelType } from "./patch-model.ts";

/** A resource type with an attribute of every kind that `diff` tells apart. */
export const PERSON: ModelType = {
  id: "urn:example:params:scim:schemas:Person",
  maxElements: LIMITS.elements,
  isTolerant: false,
  attributes: [
    { name: "title" },
    { name: "level", type: "integer" },
    { name: "flag", type: "boolean" },
    { name: "seal", mutability: "readOnly" },
    { name: "name", type: "complex", subAttributes: [{ name: "given" }, { name: "family" }, { name: "note" }] },
    { name: "words", multiValued: true },
    {
      name: "mails",
      type: "complex",
      multiValued: true,
      subAttributes: [{ name: "value" }, { name: "type" }, { name: "display" }, { name: "primary", type: "boolean" }],
    },
    {
      name: "places",
      type: "complex",
      multiValued: true,
      subAttributes: [{ name: "street" }, { name: "city" }, { name: "type" }],
    },
    {
      name: "crew",
      type: "complex",
      multiValued: true,
      collection: true,
      subAttributes: [
        { name: "value", caseExact: true, mutability: "immutable", required: true },
        { name: "kind", mutability: "immutable" },
      ],
    },
  ],
  extensions: [
    {
      id: "urn:example:params:scim:schemas:extension:Job",
      required: false,
      attributes: [
        { name: "dept" },
        { name: "boss", type: "complex", subAttributes: [{ name: "value" }, { name: "note" }] },
        { name: "phones", type: "complex", multiValued: true, subAttributes: [{ name: "value" }, { name: "type" }] },
      ],
    },
  ],
};

const schemaOf = ({ id, attributes }: Pick<ModelType, "id" | "attributes">) =>
  schemaFromJson({
    id,
    attributes: attributes.map(({ collection = false, ...attribute }) => ({ ...attribute, scimkit: { collection } })),
  } as unknown as Parameters<typeof schemaFromJson>[0]);

const [JOB] = PERSON.extensions as readonly [ModelType["extensions"][number]];

/** The same type for the library. */
export const Person = defineResourceType({ name: "Person", schema: schemaOf(PERSON) }).extend(schemaOf(JOB));
const person = compileResourceType(Person);

/** What scimkit's own engine makes of a PATCH, read by the letter. */
export function patchByTheEngine(current: object, operations: readonly ParsedOperation[]): Record<string, unknown> {
  return applyPatch(person, { ...current }, prepare(person, operations, STRICT), { limits: LIMITS }).resource;
}

const part = (...values: readonly string[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
const some = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined, freq: 2 });

const mail = fc.record({
  value: fc.constantFrom("ada@example.com", "Ada@example.com", "d+1@example.com", "bob@example.com", "c@example.com"),
  type: part("work", "home", "Work"),
  display: part("Ada", "Bob"),
  primary: fc.constantFrom(undefined, undefined, false, true),
});
const place = fc.record({ street: part("High", "Low"), city: part("Rome", "Oslo"), type: part("work", "home", "x") });
const member = fc.record({ value: fc.constantFrom("1", "2", "3", "4", "A", "a"), kind: part("User", "Group") });
const phone = fc.record({ value: part("1", "2", "3"), type: part("work", "home") });

/** Lists as servers keep them: no element twice, nor a value with the same type, and one primary. @see RFC 7643 §2.4 */
const listOf = <T extends object>(element: fc.Arbitrary<T>) =>
  fc.array(element, { maxLength: 4 }).map((elements) => {
    let isTaken = false;
    const texts = new Set<string>();
    return elements
      .map((one) => Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined)))
      .filter((one) => Object.keys(one).some((name) => name !== "primary"))
      .map(({ primary, ...one }) => {
        const isPrimary = primary === true && !isTaken;
        isTaken ||= isPrimary;
        return primary === undefined ? one : { ...one, primary: isPrimary };
      })
      .filter((one) => {
        const { value, type } = one as { readonly value?: string; readonly type?: string };
        const text = JSON.stringify(value === undefined ? one : [value, type]).toLowerCase();
        return !texts.has(text) && texts.add(text);
      });
  });

const crew = listOf(member).map((members) => members.filter(firstOf()));
function firstOf(): (member: Record<string, unknown>) => boolean {
  const seen = new Set<unknown>();
  return ({ value }) => !seen.has(value) && Boolean(seen.add(value));
}

const shape = {
  title: part("A", "b", ""),
  level: some(fc.integer({ min: 0, max: 2 })),
  flag: some(fc.boolean()),
  name: some(fc.record({ given: part("Ada", "Bob"), family: part("Byron"), note: part("x", "y") })),
  words: some(fc.uniqueArray(fc.constantFrom("a", "b", "c"), { maxLength: 3 })),
  mails: some(listOf(mail)),
  places: some(listOf(place)),
  crew: some(crew),
};
const job = fc.record({
  dept: part("R&D", "Ops"),
  boss: some(fc.record({ value: part("7", "8"), note: part("n") })),
  phones: some(listOf(phone)),
});

/** A resource as it is read: without what has no value. */
export const currentStates = fc
  .record({ ...shape, [JOB.id]: some(job) })
  .map((state) => JSON.parse(JSON.stringify(state)) as Record<string, unknown>);

const orNull = <T>(values: fc.Arbitrary<T>) => fc.oneof({ weight: 6, arbitrary: values }, fc.constant(null));

/** What somebody wants of it: some attributes, null for none, nothing for "as it is". */
export const desiredStates = fc
  .record({
    ...Object.fromEntries(
      Object.entries(shape).map(([name, values]) => [name, orNull(values as fc.Arbitrary<unknown>)]),
    ),
    [JOB.id]: some(orNull(job)),
  })
  .map((state) => state as Record<string, unknown>);
