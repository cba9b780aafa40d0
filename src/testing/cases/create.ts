import { chapter } from "../case.ts";
import { mustBeUnchanged, mustHold } from "../content.ts";
import { must, mustBe, mustRefuse } from "../failure.ts";

const { cases, add } = chapter({ name: "create", needs: ["User.userName"] });

add("what is created can be read at once [G-10]", async (subject) => {
  const attributes = { userName: "ada", externalId: "e1" };
  const created = await subject.create("User", attributes);
  mustHold(subject, "User", await subject.get("User", created.id), attributes, "get must give what create stored");
  mustBe(await subject.find("User", undefined), [created.id], "query must find what create stored");
});

add("the result is what get gives, with the same version", async (subject) => {
  const created = await subject.create("User", { userName: "ada" });
  const found = await subject.read("User", created.id);
  mustBe(found, created, "get must give the same as the result of create");
});

add("meta holds the resource type and the times of the request [S-3.1-17 S-3.1-18 S-3.1-19]", async (subject) => {
  const at = "2026-05-06T07:08:09.123Z";
  const { id } = await subject.create("User", { userName: "ada" }, { at });
  const { meta } = await subject.read("User", id);
  mustBe(meta.resourceType, "User", "meta.resourceType must be the name of the resource type");
  mustBe(meta.created, at, "meta.created must be the time of the request, to the letter");
  mustBe(meta.lastModified, at, "meta.lastModified must be meta.created until the first change");
});

add("the version is printable ASCII without quotes, so that it fits into an ETag", async (subject) => {
  const { meta } = await subject.create("User", { userName: "ada" });
  must(
    meta.version !== "" && [...meta.version].every((letter) => letter > " " && letter <= "~" && letter !== '"'),
    "the version must be printable ASCII without quotes and blanks",
    `it is ${JSON.stringify(meta.version)}`,
  );
});

add(
  "an id that is taken is refused with uniqueness, and a create never adopts what is there [G-7]",
  async (subject) => {
    const first = await subject.create("User", { userName: "ada" });
    const again = subject.create("User", { userName: "bob" }, { id: first.id });
    const second = await again.catch(() => undefined);
    // An adapter that chooses ids itself takes another one.
    if (second === undefined) await mustRefuse(again, "uniqueness", "create with a taken id must throw uniqueness()");
    else must(second.id !== first.id, "create with a taken id must not adopt the resource", "it gave the same id");
    await mustBeUnchanged(subject, "User", first, "create with a taken id must leave the holder of the id alone");
  },
);

add(
  "an id is unique over all resource types of the tenant [S-3.1-05]",
  async (subject) => {
    const first = await subject.create("User", { userName: "ada" });
    const second = await subject.create("Group", { displayName: "g" }, { id: first.id }).catch(() => undefined);
    must(
      second?.id !== first.id,
      "create must refuse an id that a resource of another type has, or choose another one",
      "two resources now have one id",
    );
    mustBe(await subject.get("Group", first.id), undefined, "get must look for the id among its resource type only");
    await mustBeUnchanged(subject, "User", first, "create of a group must leave a user alone");
  },
  { needs: ["Group.displayName"] },
);

add("many creates at once are all kept, each once", async (subject) => {
  const names = Array.from({ length: 24 }, (_, index) => `user${index}`);
  const created = await Promise.all(names.map((userName) => subject.create("User", { userName })));
  mustBe(new Set(created.map(({ id }) => id)).size, names.length, "creates at once must give as many ids");
  const { resources, totalResults } = await subject.query("User");
  mustBe(
    resources.map(({ userName }) => userName).toSorted(),
    names.toSorted(),
    "query must find each created user once",
  );
  mustBe(totalResults, names.length, "totalResults must count each created user once");
});

add("a refused create leaves nothing behind [P-3.3-10 G-4]", async (subject) => {
  const first = await subject.create("User", { userName: "ada" });
  await mustRefuse(
    subject.create("User", { userName: "ADA", externalId: "left" }),
    "uniqueness",
    "create with a taken userName must throw uniqueness()",
  );
  mustBe(await subject.find("User", undefined), [first.id], "a refused create must leave nothing behind");
  if (subject.capabilities.filter === true)
    mustBe(
      await subject.find("User", 'externalId eq "left"'),
      [],
      "a refused create must leave nothing that a filter finds",
    );
});

/** What a hostile or careless host may use as ids. */
const IDS: readonly (readonly [what: string, id: string])[] = [
  ["a quote", "o'brien"],
  ["SQL", "1; drop table users --"],
  ["wildcards", "%_*"],
  ["path segments", "../../etc/passwd"],
  ["a member of every JavaScript object", "__proto__"],
  ["another member of every JavaScript object", "constructor"],
  ["characters beyond ASCII", "идентификатор-😀"],
  ["upper case only", "ABC"],
  ["a number", "42"],
  ["200 characters", "x".repeat(200)],
];

for (const [what, id] of IDS) {
  add(`an id of ${what} names its own resource only, for every verb`, async (subject) => {
    mustBe(
      await subject.get("User", id),
      undefined,
      `get must give undefined for the unknown id ${JSON.stringify(id)}`,
    );
    mustBe(await subject.remove("User", id), false, `delete must give false for the unknown id ${JSON.stringify(id)}`);
    mustBe(
      await subject.replace("User", id, { userName: "x" }),
      undefined,
      `replace must give undefined for the unknown id ${JSON.stringify(id)}`,
    );
    const bystander = await subject.create("User", { userName: "bystander" });
    const created = await subject.create("User", { userName: "ada" }, { id });
    mustHold(subject, "User", await subject.get("User", created.id), { userName: "ada" }, "get must find the id");
    const twin = created.id === created.id.toLowerCase() ? created.id.toUpperCase() : created.id.toLowerCase();
    if (twin !== created.id)
      mustBe(
        await subject.get("User", twin),
        undefined,
        "ids are case exact, so that get by another case finds nothing [S-3.1-09]",
      );
    await subject.replace("User", created.id, { userName: "eve" });
    mustHold(subject, "User", await subject.get("User", created.id), { userName: "eve" }, "replace must find the id");
    mustBe(await subject.remove("User", created.id), true, "delete must find the id");
    await mustBeUnchanged(subject, "User", bystander, "writes to one id must leave the others alone");
  });
}

add("an id with the character NUL, which URLs can carry, is an unknown id and no error", async (subject) => {
  mustBe(await subject.get("User", "a\u0000b"), undefined, "get must give undefined for an id that contains NUL");
  mustBe(await subject.remove("User", "a\u0000b"), false, "delete must give false for an id that contains NUL");
});

export { cases as create };
