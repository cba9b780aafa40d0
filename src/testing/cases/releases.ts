import type { AttributeLiteral } from "../../schema/attribute.ts";
import { type CompiledResourceType, compileResourceType, defineResourceType } from "../../schema/resource-type.ts";
import type { ResourceObject } from "../../schema/value.ts";
import type { StoredResource } from "../../storage/adapter.ts";
import { chapter } from "../case.ts";
import { valuesOf } from "../content.ts";
import { LeftOut, mustBe, mustRefuse, outcomeOf } from "../failure.ts";
import type { Subject } from "../subject.ts";

const { cases, add } = chapter({ name: "releases", needs: ["User.userName"] });

/** The attribute that releases declare otherwise. */
const NAME = "kitBadge";

/** A server over the same storage, whose users have one attribute more than those of the others. */
function releaseWith(subject: Subject, literal: AttributeLiteral): Subject {
  return subject.withTypes(
    subject.resourceTypes.map((type) => (type.name === "User" ? typeWith(type, literal) : type)),
  );
}

/** The same, for adapters that serve any such users: one over columns may have no place for this attribute. */
export async function serving(subject: Subject, literal: AttributeLiteral): Promise<Subject> {
  const release = releaseWith(subject, literal);
  const { error } = await outcomeOf(release.get("User", crypto.randomUUID()));
  if (error !== undefined) throw new LeftOut("the adapter serves no users with such an attribute");
  return release;
}

function typeWith({ definition }: CompiledResourceType, literal: AttributeLiteral): CompiledResourceType {
  const { name, endpoint, description, schema, extensions } = definition;
  const attributes = { ...schema.attributes, [NAME]: literal };
  return compileResourceType(
    defineResourceType({ name, endpoint, description, schema: { ...schema, attributes }, extensions }),
  );
}

/**
 * A user whom another release has written. Leaves the case out for adapters that keep nothing of what the reader's resource type does
 * not name: those over columns, of which each is one attribute.
 */
export async function written(subject: Subject, release: Subject, userName: string, badge: unknown): Promise<string> {
  const created = await outcomeOf(release.create("User", { userName, [NAME]: badge }));
  const id = created.value?.id;
  const found = id === undefined ? undefined : await release.get("User", id);
  if (id === undefined || found?.[NAME] === undefined)
    throw new LeftOut("the adapter keeps no attributes but those that it has a place for");
  const seen = await outcomeOf(subject.get("User", id));
  if (seen.error !== undefined || seen.value?.[NAME] === undefined)
    throw new LeftOut("the adapter does not give what a resource type does not name: it may not keep documents");
  return id;
}

/** What a replace is given that changes some attributes of what was read. */
function changed({ id: _, meta: __, schemas: ___, ...before }: StoredResource, attributes: ResourceObject) {
  return { ...before, ...attributes };
}

add("what a resource type does not name survives a replace of what was read by it", async (subject) => {
  const release = await serving(subject, {});
  const id = await written(subject, release, "ada", "X1");
  const before = await subject.read("User", id);
  await subject.replace("User", id, changed(before, { userName: "bea" }), { before });
  mustBe(
    (await release.read("User", id))[NAME],
    "X1",
    "replace must keep what it is given of attributes that its resource type does not name",
  );
});

add("values that do not fit what an attribute is now make no call fail", async (subject) => {
  for (const [literal, badge] of [
    [{ type: "integer" }, "no number"],
    [{ multiValued: true }, "single"],
    [{}, ["one", "two"]],
    [{ type: "complex", subAttributes: { value: {} } }, "text"],
  ] as const) {
    const fresh = await subject.fresh();
    const old = await serving(fresh, Array.isArray(badge) ? { multiValued: true } : {});
    const id = await written(fresh, old, "ada", badge);
    const now = await serving(fresh, literal);
    const rule = "an adapter must cope with values that are not what their attribute is declared to be now";
    const before = await now.read("User", id);
    for (const call of [
      () => now.query("User"),
      () => (now.capabilities.filter !== true ? undefined : now.query("User", { filter: `${NAME} pr` })),
      () => (now.capabilities.sort !== true ? undefined : now.query("User", { sort: { by: NAME } })),
      () => now.replace("User", id, changed(before, { userName: "bea" }), { before }),
      () => now.remove("User", id),
    ]) {
      const { error } = await outcomeOf((async () => call())());
      mustBe(error === undefined, true, `${rule}${error === undefined ? "" : `: ${String(error)}`}`);
    }
  }
});

add(
  "an attribute that is unique now is found among what was written before",
  async (subject) => {
    const old = await serving(subject, {});
    const ids = [await written(subject, old, "ada", "X1"), await written(subject, old, "bea", "x1")];
    const now = await serving(subject, { uniqueness: "server" });
    mustBe(
      (await now.find("User", `${NAME} eq "x1"`)).toSorted(),
      ids.toSorted(),
      "eq of an attribute that is unique now must find what was written before it was",
    );
  },
  { features: ["filter"] },
);

add("an attribute that is unique now admits no double of what was written before [G-3]", async (subject) => {
  const old = await serving(subject, {});
  const id = await written(subject, old, "ada", "X1");
  const now = await serving(subject, { uniqueness: "server" });
  const rule = "a value that was there before its attribute was unique must be refused to others";
  await mustRefuse(now.create("User", { userName: "bea", [NAME]: "x1" }), "uniqueness", rule, NAME);
  const other = await now.create("User", { userName: "cyd" });
  await mustRefuse(now.replace("User", other.id, { userName: "cyd", [NAME]: "X1" }), "uniqueness", rule, NAME);
  mustBe(
    (await now.replace("User", id, { userName: "ada", [NAME]: "X1", displayName: "Ada" }))?.[NAME],
    "X1",
    "a value that a resource has must never be refused to itself",
  );
});

add(
  "an attribute that is exact now, or no longer, is compared as the asking release has it",
  async (subject) => {
    const [exact, loose] = [await serving(subject, { caseExact: true }), await serving(subject, {})];
    const ids = [await written(subject, exact, "ada", "X1"), await written(subject, loose, "bea", "x1")];
    mustBe(await exact.find("User", `${NAME} eq "x1"`), ids.slice(1), "an exact attribute must tell letter case");
    mustBe(
      (await loose.find("User", `${NAME} eq "x1"`)).toSorted(),
      ids.toSorted(),
      "an attribute that is not exact must be found in any letter case, whoever wrote it",
    );
  },
  { features: ["filter"] },
);

const ELEMENTS = { type: "complex", multiValued: true, subAttributes: { value: {} } } as const;
const BADGES = [{ value: "p" }, { value: "q" }];

/** A user whose elements were written as one kind of attribute, and a server that has the other kind. */
async function moved(subject: Subject, isCollection: boolean) {
  const list = await serving(subject, ELEMENTS);
  const collection = await serving(subject, { ...ELEMENTS, scimkit: { collection: true } });
  const id = await written(subject, isCollection ? collection : list, "ada", BADGES).catch(async (error: unknown) => {
    // Elements may be kept where one who does not know them is not given them.
    if (!isCollection || !(error instanceof LeftOut)) throw error;
    await written(subject, list, "probe", BADGES);
    return (await collection.create("User", { userName: "ann", [NAME]: BADGES })).id;
  });
  return { id, now: isCollection ? list : collection };
}

for (const [isCollection, title] of [
  [false, "a list that is a collection now is read and found, and survives a write that does not touch it"],
  [true, "a collection that is a list now is read and found, and survives a replace of what was read"],
] as const)
  add(title, async (subject) => {
    const { id, now } = await moved(subject, isCollection);
    const read = async () => valuesOf((await now.read("User", id))[NAME]);
    mustBe(await read(), ["p", "q"], "elements must be read wherever the release before kept them");
    if (now.capabilities.filter === true)
      mustBe(
        (await now.find("User", `${NAME}.value eq "q"`)).includes(id),
        true,
        "elements must be found wherever the release before kept them",
      );
    const before = await now.read("User", id);
    const { [NAME]: elements, ...rest } = changed(before, { displayName: "Ada" });
    if (isCollection) await now.replace("User", id, { ...rest, [NAME]: elements }, { before });
    else await now.replace("User", id, rest, { untouched: [NAME] });
    mustBe(await read(), ["p", "q"], "a write that is about something else must keep elements of the release before");
  });

export { cases as releases };
