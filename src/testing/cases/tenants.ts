import type { Context } from "../../storage/adapter.ts";
import { chapter } from "../case.ts";
import { mustBeUnchanged } from "../content.ts";
import { mustBe, mustRefuse } from "../failure.ts";

const { cases, add } = chapter({ name: "tenants", needs: ["User.userName"], features: ["tenants"] });

add("get does not see another tenant's resource [G-22]", async (subject) => {
  const { id } = await subject.create("User", { userName: "ada" });
  mustBe(
    await subject.get("User", id, { context: await subject.tenant() }),
    undefined,
    "get must never look outside of its tenant",
  );
  mustBe(await subject.get("User", id, { context: {} }), undefined, "a context without tenant is a tenant of its own");
});

add("query does not see another tenant's resources, with or without a filter [G-22]", async (subject) => {
  const other = await subject.tenant();
  await subject.create("User", { userName: "ada" });
  const own = await subject.create("User", { userName: "ada" }, { context: other });
  const { resources, totalResults } = await subject.query("User", { context: other });
  mustBe(
    resources.map(({ id }) => id),
    [own.id],
    "query must never look outside of its tenant",
  );
  mustBe(totalResults, 1, "totalResults must not count another tenant's resources");
});

add(
  "filters do not see another tenant's resources, by whatever index [G-22]",
  async (subject) => {
    const { id } = await subject.create("User", { userName: "ada", externalId: "e" });
    const context = await subject.tenant();
    for (const filter of [
      `id eq "${id}"`,
      'userName eq "ada"',
      'userName sw "a"',
      'externalId eq "e"',
      "userName pr",
      'not (userName eq "x")',
      'userName eq "ada" or userName eq "x"',
    ])
      mustBe(
        await subject.find("User", filter, { context }),
        [],
        `query by ${filter} must never look outside of its tenant`,
      );
  },
  { features: ["filter"] },
);

add("replace does not reach another tenant's resource [G-22]", async (subject) => {
  const before = await subject.create("User", { userName: "ada" });
  const result = await subject.replace("User", before.id, { userName: "eve" }, { context: await subject.tenant() });
  mustBe(result, undefined, "replace must give undefined for another tenant's id");
  await mustBeUnchanged(subject, "User", before, "replace must never reach outside of its tenant");
});

add("delete does not reach another tenant's resource [G-22]", async (subject) => {
  const before = await subject.create("User", { userName: "ada" });
  mustBe(
    await subject.remove("User", before.id, { context: await subject.tenant() }),
    false,
    "delete must give false for another tenant's id",
  );
  await mustBeUnchanged(subject, "User", before, "delete must never reach outside of its tenant");
});

add(
  "a delta does not reach another tenant's resource [G-22]",
  async (subject) => {
    const before = await subject.create("Group", { displayName: "g" });
    const done = await subject.delta("Group", before.id, "members", { remove: ["x"], context: await subject.tenant() });
    mustBe(done, undefined, "applyDelta must give undefined for another tenant's id");
    await mustBeUnchanged(subject, "Group", before, "applyDelta must never reach outside of its tenant");
  },
  { needs: ["Group.members"], features: ["applyDelta"] },
);

add("one id in two tenants names two resources [G-22]", async (subject) => {
  const context = await subject.tenant();
  const first = await subject.create("User", { userName: "ada" });
  const second = await subject.create("User", { userName: "bob" }, { id: first.id, context });
  await subject.replace("User", second.id, { userName: "eve" }, { context });
  await mustBeUnchanged(subject, "User", first, "writes of one tenant must leave the other alone");
  await subject.remove("User", second.id, { context });
  await mustBeUnchanged(subject, "User", first, "deletes of one tenant must leave the other alone");
});

add(
  "a reference to another tenant's resource is a reference to nothing [G-22 S-4.2-03]",
  async (subject) => {
    const foreign = await subject.create("User", { userName: "ada" }, { context: await subject.tenant() });
    await mustRefuse(
      subject.create("Group", { displayName: "g", members: [{ value: foreign.id }] }),
      "invalidValue",
      "a checked reference must be looked up in its own tenant only",
    );
  },
  { needs: ["Group.members"] },
);

add(
  "computed attributes do not see another tenant's holders [G-22]",
  async (subject) => {
    const context = await subject.tenant();
    const { id } = await subject.create("User", { userName: "ada" });
    const twin = await subject.create("User", { userName: "ada" }, { id, context });
    await subject.create("Group", { displayName: "g", members: [{ value: twin.id }] }, { context });
    mustBe(
      (await subject.read("User", id)).groups,
      undefined,
      "groups must be computed from the groups of the same tenant only",
    );
  },
  { needs: ["Group.members", "User.groups"] },
);

add(
  "deleting a user leaves the members of another tenant's groups alone [G-22]",
  async (subject) => {
    const context = await subject.tenant();
    const { id } = await subject.create("User", { userName: "ada" });
    const twin = await subject.create("User", { userName: "ada" }, { id, context });
    const group = await subject.create("Group", { displayName: "g", members: [{ value: twin.id }] }, { context });
    await subject.remove("User", id);
    const after = await subject.read("Group", group.id, { context });
    mustBe(after, group, "delete must take references out of its own tenant only");
  },
  { needs: ["Group.members"] },
);

add("tenants whose names hold separators or differ in case are different tenants [G-22]", async (subject) => {
  const contexts: Context[] = [];
  for (const name of ["a", "A", "a:b", "a/b", "a b", "'; --", "ä", "__proto__", "%", "_"])
    contexts.push(await subject.tenant(name));
  for (const context of contexts) await subject.create("User", { userName: "ada" }, { context });
  for (const context of contexts) {
    const { totalResults } = await subject.query("User", { context });
    mustBe(totalResults, 1, `the tenant ${JSON.stringify(context.tenant)} must have its own resources and no others`);
  }
});

export { cases as tenants };
