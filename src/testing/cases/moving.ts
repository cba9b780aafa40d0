import type { ResourceObject } from "../../schema/value.ts";
import { type CreateRequest, type Moved, SELECT_ALL } from "../../storage/adapter.ts";
import { createManyOf } from "../../storage/create-many.ts";
import { chapter } from "../case.ts";
import { LeftOut, must, mustBe, outcomeOf } from "../failure.ts";
import type { Subject } from "../subject.ts";

const { cases, add } = chapter({ name: "moving", needs: ["User.userName"] });

function requestOf(subject: Subject, id: string, attributes: ResourceObject, moved?: Moved): CreateRequest {
  const resourceType = subject.type("User");
  const at = subject.now();
  return {
    resourceType,
    at,
    checkReferences: {},
    notify: () => undefined,
    resource: {
      ...attributes,
      schemas: [resourceType.urn],
      id,
      meta: { resourceType: "User", created: "2020-01-02T03:04:05.000Z", lastModified: "2021-01-02T03:04:05.000Z" },
    },
    secrets: {},
    select: SELECT_ALL,
    moved,
  };
}

add("an id that is given is kept, or the result says which one was chosen", async (subject) => {
  const id = crypto.randomUUID();
  const stored = await subject.storage.create(requestOf(subject, id, { userName: "ada" }), subject.context);
  mustBe(
    [
      (await subject.get("User", stored.id))?.userName,
      stored.id === id || (await subject.get("User", id)) === undefined,
    ],
    ["ada", true],
    "create must give the id under which the resource is found",
  );
});

add("times of a resource that moves here are kept", async (subject) => {
  const request = requestOf(subject, crypto.randomUUID(), { userName: "ada" });
  const { id } = await subject.storage.create(request, subject.context);
  const { created, lastModified } = (await subject.read("User", id)).meta;
  mustBe(
    [Date.parse(created), Date.parse(lastModified)],
    [Date.parse("2020-01-02T03:04:05.000Z"), Date.parse("2021-01-02T03:04:05.000Z")],
    "create must keep meta.created and meta.lastModified as they are given, however old they are",
  );
});

add("a version that a resource brings along is kept or not, and is not given to another state", async (subject) => {
  const request = requestOf(subject, crypto.randomUUID(), { userName: "ada" }, { version: "7" });
  const { id, meta } = await subject.storage.create(request, subject.context);
  const after = await subject.replace("User", id, { userName: "eve" });
  must(
    after !== undefined && after.meta.version !== meta.version,
    "replace must change the version of a resource that moved here",
    `it is ${after?.meta.version} as before`,
  );
});

/** Stores users at once; leaves the case out where the adapter has no way to. */
async function many(subject: Subject, names: readonly string[], ids = names.map(() => crypto.randomUUID() as string)) {
  const createMany = createManyOf(subject.storage);
  if (createMany === undefined) throw new LeftOut("the adapter has no creatingMany");
  const requests = names.map((userName, index) => requestOf(subject, ids[index] ?? "", { userName }));
  return createMany(requests, subject.context);
}

add("many that are stored at once are stored as one by one, in the order of their ids", async (subject) => {
  const names = ["ada", "bea", "cid"];
  const ids = await many(subject, names);
  const found = await Promise.all(ids.map(async (id) => (await subject.get("User", id))?.userName));
  mustBe(found, names, "creatingMany must give the ids of what was stored, in the order of the requests");
});

add("of many that are stored at once none is there where one is refused", async (subject) => {
  const { id } = await subject.create("User", { userName: "taken" });
  const { error } = await outcomeOf(many(subject, ["ada", "TAKEN", "bea"]));
  if (error instanceof LeftOut) throw error;
  mustBe(
    [error === undefined, await subject.find("User", undefined)],
    [false, [id]],
    "creatingMany must store all or none, and refuse all where one is to be refused",
  );
});

export { cases as moving };
