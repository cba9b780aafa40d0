import type { ExportedResource } from "../../storage/upkeep.ts";
import { chapter } from "../case.ts";
import { valuesOf } from "../content.ts";
import { must, mustBe, outcomeOf } from "../failure.ts";
import type { Subject } from "../subject.ts";
import { serving, written } from "./releases.ts";

const { cases, add } = chapter({ name: "upkeep", needs: ["User.userName"] });

add(
  "reindex reports values that several resources share, and keeps versions; a dry run changes nothing",
  async (subject) => {
    const old = await serving(subject, {});
    const ids = [await written(subject, old, "ada", "X1"), await written(subject, old, "bea", "x1")];
    const now = await serving(subject, { uniqueness: "server" });
    const versions = async () => Promise.all(ids.map(async (id) => (await now.read("User", id)).meta));
    const before = await versions();
    const { tenant } = subject.context;
    const resourceTypes = now.resourceTypes.map(({ definition }) => definition);
    for (const dryRun of [true, false]) {
      const report = await now.storage.reindex?.({
        resourceTypes,
        dryRun,
        ...(tenant === undefined ? {} : { tenant }),
      });
      const [duplicate] = report?.duplicates ?? [];
      mustBe(
        [duplicate?.ids.toSorted(), duplicate?.count, report?.isComplete],
        [ids.toSorted(), 2, false],
        "reindex must report the resources that share a value that must be unique, and that it is not done",
      );
      mustBe(await versions(), before, "reindex must keep versions and lastModified");
    }
    await now.remove("User", ids[1] as string);
    const report = await now.storage.reindex?.({ resourceTypes, ...(tenant === undefined ? {} : { tenant }) });
    mustBe(
      [report?.duplicates.length, report?.isComplete],
      [0, true],
      "reindex must be done once one resource alone has each value",
    );
  },
  { features: ["reindex"] },
);

/** The tenant of a case, with two users. */
async function filled(subject: Subject): Promise<readonly string[]> {
  const { id } = await subject.create("User", { userName: "ada" });
  return [id, (await subject.create("User", { userName: "bea" })).id].toSorted();
}

add(
  "deleteTenant deletes all that a tenant has, frees its names, and touches no other tenant",
  async (subject) => {
    await filled(subject);
    const context = await subject.tenant();
    const other = await subject.create("User", { userName: "ada" }, { context });
    mustBe(
      await subject.storage.deleteTenant?.(subject.context.tenant),
      { User: 2 },
      "deleteTenant must give how many resources of each type it deleted",
    );
    mustBe(await subject.find("User", undefined), [], "deleteTenant must leave nothing of the tenant");
    mustBe(await subject.find("User", undefined, { context }), [other.id], "deleteTenant must touch no other tenant");
    must((await subject.create("User", { userName: "ada" })).id !== "", "names must be free after deleteTenant", "");
    mustBe(
      await subject.storage.deleteTenant?.((await subject.tenant()).tenant),
      {},
      "deleteTenant of a tenant without resources must delete nothing",
    );
  },
  { features: ["deleteTenant", "tenants"] },
);

async function exported(subject: Subject, after?: ExportedResource): Promise<readonly ExportedResource[]> {
  const options = after && { after: { resourceType: after.resourceType, id: after.resource.id } };
  const all: ExportedResource[] = [];
  for await (const each of subject.storage.exportTenant?.(subject.context.tenant, options) ?? []) all.push(each);
  return all;
}

add(
  "exportTenant gives all that a tenant has once, in one order, and goes on behind any of it",
  async (subject) => {
    const ids = await filled(subject);
    if (subject.capabilities.tenants === true)
      await subject.create("User", { userName: "ada" }, { context: await subject.tenant() });
    const all = await exported(subject);
    mustBe(
      all.map(({ resourceType, resource: { id } }) => [resourceType, id]),
      ids.map((id) => ["User", id]),
      "exportTenant must give every resource of the tenant once, in the order of types and ids",
    );
    mustBe(
      all[0]?.resource.meta,
      (await subject.read("User", ids[0] as string)).meta,
      "exportTenant must give each resource in its version",
    );
    mustBe(
      (await exported(subject, all[0])).map(({ resource: { id } }) => id),
      ids.slice(1),
      "exportTenant must go on behind the resource that `after` names",
    );
  },
  { features: ["exportTenant"] },
);

add(
  "exportTenant gives the elements of a collection with their resource",
  async (subject) => {
    const ids = await filled(subject);
    await subject.create("Group", { displayName: "g", members: ids.map((value) => ({ value })) });
    const group = (await exported(subject)).find(({ resourceType }) => resourceType === "Group");
    mustBe(valuesOf(group?.resource.members), ids, "exportTenant must give collections whole");
  },
  { features: ["exportTenant"], needs: ["Group.members"] },
);

add(
  "renameTenant gives all that a tenant has to another one that has nothing",
  async (subject) => {
    const ids = await filled(subject);
    const before = await subject.read("User", ids[0] as string);
    const context = await subject.tenant();
    mustBe(
      await subject.storage.renameTenant?.(subject.context.tenant, context.tenant),
      { User: 2 },
      "renameTenant must give how many resources of each type it moved",
    );
    mustBe(await subject.find("User", undefined), [], "renameTenant must leave nothing under the old name");
    mustBe(
      (await subject.read("User", before.id, { context })).meta,
      before.meta,
      "renameTenant must keep ids and versions",
    );
    const double = await outcomeOf(subject.create("User", { userName: "ada" }, { context }));
    must(double.error !== undefined, "names must be taken under the new name of a tenant", "a double was accepted");
    await subject.create("User", { userName: "ada" });
    const { error } = await outcomeOf(
      Promise.resolve(subject.storage.renameTenant?.(subject.context.tenant, context.tenant)),
    );
    must(error !== undefined, "renameTenant must refuse a name whose tenant has resources", "it gave them away");
  },
  { features: ["renameTenant", "tenants"] },
);

export { cases as upkeep };
