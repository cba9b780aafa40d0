import { chapter } from "../case.ts";
import { mustBeUnchanged, mustHold } from "../content.ts";
import { must, mustBe, mustRefuse, outcomeOf } from "../failure.ts";
import type { Subject } from "../subject.ts";

const { cases, add } = chapter({ name: "replace", needs: ["User.userName", "User.displayName"] });

add("an unknown id gives undefined and creates nothing [G-7]", async (subject) => {
  const id = crypto.randomUUID();
  mustBe(
    await subject.replace("User", id, { userName: "ada" }),
    undefined,
    "replace of an unknown id must give undefined",
  );
  mustBe(
    await subject.replace("User", id, { userName: "ada" }, { ifVersion: "1" }),
    undefined,
    "replace of an unknown id must give undefined, whatever ifVersion",
  );
  mustBe(await subject.get("User", id), undefined, "replace must never create");
  mustBe((await subject.query("User")).totalResults, 0, "replace must never create");
});

add("the new attributes are there and all others are gone [P-3.5.1-01 P-3.5.1-02]", async (subject) => {
  const { id } = await subject.create("User", { userName: "ada", displayName: "Ada", externalId: "e" });
  const replaced = await subject.replace("User", id, { userName: "eve", externalId: "f" });
  mustHold(
    subject,
    "User",
    replaced,
    { userName: "eve", externalId: "f" },
    "replace must give the new resource and nothing of the old one",
  );
  mustHold(
    subject,
    "User",
    await subject.get("User", id),
    { userName: "eve", externalId: "f" },
    "get must give the new resource and nothing of the old one",
  );
});

add("the result is what get gives, with the new version", async (subject) => {
  const { id } = await subject.create("User", { userName: "ada" });
  const replaced = await subject.replace("User", id, { userName: "ada", displayName: "Ada" });
  mustBe(await subject.read("User", id), replaced, "get must give the same as the result of replace");
});

add(
  "queries see the new values and no longer the old ones [G-10]",
  async (subject) => {
    const { id } = await subject.create("User", { userName: "ada", displayName: "old" });
    await subject.replace("User", id, { userName: "eve", displayName: "new" });
    mustBe(
      await subject.find("User", 'userName eq "eve" and displayName eq "new"'),
      [id],
      "a filter must find the new values",
    );
    mustBe(
      await subject.find("User", 'userName eq "ada" or displayName eq "old"'),
      [],
      "a filter must no longer find the old values",
    );
  },
  { features: ["filter"] },
);

add("created stays, lastModified is that of the write [S-3.1-18 S-3.1-20]", async (subject) => {
  const { id, meta } = await subject.create("User", { userName: "ada" });
  const at = "2027-01-02T03:04:05.678Z";
  await subject.replace("User", id, { userName: "eve" }, { at });
  const after = (await subject.read("User", id)).meta;
  mustBe(after.created, meta.created, "replace must keep meta.created");
  mustBe(after.lastModified, at, "replace must store the lastModified of the resource that it is given");
});

add("the current ifVersion writes", async (subject) => {
  const { id, meta } = await subject.create("User", { userName: "ada" });
  await subject.replace("User", id, { userName: "eve" }, { ifVersion: meta.version });
  mustHold(
    subject,
    "User",
    await subject.get("User", id),
    { userName: "eve" },
    "replace with the current ifVersion must write",
  );
});

add("a stale ifVersion throws versionMismatch() and writes nothing [G-2]", async (subject) => {
  const { id, meta } = await subject.create("User", { userName: "ada" });
  await subject.replace("User", id, { userName: "eve" });
  const before = await subject.read("User", id);
  const rule = "replace with a stale ifVersion must throw versionMismatch() and write nothing";
  const outcome = await outcomeOf(subject.replace("User", id, { userName: "mallory" }, { ifVersion: meta.version }));
  await mustBeUnchanged(subject, "User", before, rule);
  await mustRefuse(
    outcome.error === undefined ? Promise.resolve(outcome.value) : Promise.reject(outcome.error),
    "versionMismatch",
    rule,
  );
});

add("an ifVersion that never was throws versionMismatch() and writes nothing [G-2]", async (subject) => {
  const before = await subject.create("User", { userName: "ada" });
  for (const ifVersion of ["never", "999999999", "-1", `${before.meta.version}0`, ""]) {
    const rule = `replace with the ifVersion ${JSON.stringify(ifVersion)} must throw versionMismatch() and write nothing`;
    await mustRefuse(subject.replace("User", before.id, { userName: "eve" }, { ifVersion }), "versionMismatch", rule);
    await mustBeUnchanged(subject, "User", before, rule);
  }
});

add("a stale ifVersion is a mismatch even where the write would change nothing [G-2]", async (subject) => {
  const { id, meta } = await subject.create("User", { userName: "ada" });
  await subject.replace("User", id, { userName: "eve" });
  await mustRefuse(
    subject.replace("User", id, { userName: "eve" }, { ifVersion: meta.version }),
    "versionMismatch",
    "replace with a stale ifVersion must throw versionMismatch() whatever it writes",
  );
});

add("of many conditional writes at once exactly one wins [G-2]", async (subject) => {
  for (let round = 0; round < 5; round++) {
    const { id, meta } = await subject.create("User", { userName: `ada${round}` });
    const names = Array.from({ length: 8 }, (_, index) => `winner${round}-${index}`);
    const outcomes = await Promise.all(
      names.map((userName) => outcomeOf(subject.replace("User", id, { userName }, { ifVersion: meta.version }))),
    );
    const winners = outcomes.filter(({ error }) => error === undefined);
    mustBe(winners.length, 1, "of writes at once with one ifVersion exactly one must succeed");
    for (const { error } of outcomes)
      if (error !== undefined)
        await mustRefuse(
          Promise.reject(error),
          "versionMismatch",
          "the losers of a compare-and-swap must get versionMismatch()",
        );
    mustBe((await subject.read("User", id)).userName, winners[0]?.value?.userName, "the state must be the winner's");
  }
});

add(
  "read, change, write with ifVersion and retry loses no change of many writers [G-1]",
  async (subject) => {
    const { id } = await subject.create("User", { userName: "ada", emails: [{ value: "0@example.com" }] });
    await Promise.all(Array.from({ length: 6 }, (_, writer) => addEmail(subject, id, `${writer + 1}@example.com`)));
    const { emails } = await subject.read("User", id);
    const values = (emails as readonly { readonly value: string }[]).map(({ value }) => value).toSorted();
    mustBe(
      values,
      Array.from({ length: 7 }, (_, writer) => `${writer}@example.com`),
      "every change made by compare-and-swap must be there at the end",
    );
  },
  { needs: ["User.emails.value"] },
);

async function addEmail(subject: Subject, id: string, value: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const before = await subject.read("User", id);
    const { id: _, meta: __, schemas: ___, ...attributes } = before;
    const emails = [...(attributes.emails as readonly object[]), { value }];
    const { error } = await outcomeOf(
      subject.replace(
        "User",
        id,
        { ...attributes, groups: undefined, emails },
        { ifVersion: before.meta.version, before },
      ),
    );
    if (error === undefined) return;
    await mustRefuse(
      Promise.reject(error),
      "versionMismatch",
      "a conditional write that loses must throw versionMismatch()",
    );
  }
  must(false, "one of several conditional writers must always win", "nobody did");
}

add("a deleted resource does not come back by a write that began before [G-7]", async (subject) => {
  for (let round = 0; round < 5; round++) {
    const { id } = await subject.create("User", { userName: `ada${round}` });
    const writes = Array.from({ length: 4 }, (_, index) =>
      outcomeOf(subject.replace("User", id, { userName: `ada${round}`, displayName: `${index}` })),
    );
    const [deleted] = await Promise.all([subject.remove("User", id), ...writes]);
    mustBe(deleted, true, "delete must give true where the resource was there");
    mustBe(await subject.get("User", id), undefined, "a resource must be gone for ever once delete gave true");
    mustBe(
      await subject.replace("User", id, { userName: "again" }),
      undefined,
      "replace must give undefined after delete",
    );
    mustBe(await subject.get("User", id), undefined, "replace must never bring a deleted resource back");
  }
});

add("a write that changes nothing keeps version and lastModified [G-9 P-3.5.1-11]", async (subject) => {
  const attributes = { userName: "ada", displayName: "Ada" };
  const before = await subject.create("User", attributes);
  const replaced = await subject.replace("User", before.id, attributes);
  mustBe(replaced?.meta, before.meta, "replace that changes nothing must give the old meta");
  await mustBeUnchanged(subject, "User", before, "replace that changes nothing must change no meta");
});

add(
  "the order of the names in the resource is no change [G-9]",
  async (subject) => {
    const before = await subject.create("User", {
      userName: "ada",
      displayName: "Ada",
      name: { givenName: "A", familyName: "L" },
    });
    await subject.replace("User", before.id, {
      name: { familyName: "L", givenName: "A" },
      displayName: "Ada",
      userName: "ada",
    });
    await mustBeUnchanged(
      subject,
      "User",
      before,
      "replace with the same attributes in another order must change nothing",
    );
  },
  { needs: ["User.name.givenName", "User.name.familyName"] },
);

add("a change of letter case alone is a change [G-8]", async (subject) => {
  const { id, meta } = await subject.create("User", { userName: "ada", displayName: "ada" });
  await subject.replace("User", id, { userName: "ada", displayName: "ADA" });
  const first = await subject.read("User", id);
  mustBe(first.displayName, "ADA", "replace must store a value that differs in letter case only");
  must(
    first.meta.version !== meta.version,
    "replace must give a new version for a change of letter case",
    "the version is the old one",
  );
  await subject.replace("User", id, { userName: "ADA", displayName: "ADA" });
  mustBe(
    (await subject.read("User", id)).userName,
    "ADA",
    "replace must store a unique value that differs in letter case only",
  );
});

add(
  "an extension that goes takes its URN out of schemas [P-3.5.1-12]",
  async (subject) => {
    const urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    const { id } = await subject.create("User", { userName: "ada", [urn]: { department: "d" } });
    await subject.replace("User", id, { userName: "ada" });
    mustHold(
      subject,
      "User",
      await subject.get("User", id),
      { userName: "ada" },
      "replace must store the schemas that it is given",
    );
  },
  { needs: ["User.urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"] },
);

add("a unique value may be kept, and changed to another free one [S-7-22]", async (subject) => {
  const { id } = await subject.create("User", { userName: "ada" });
  mustHold(
    subject,
    "User",
    await subject.replace("User", id, { userName: "ada", displayName: "d" }),
    { userName: "ada", displayName: "d" },
    "replace must not count a resource's own value as taken",
  );
  await subject.replace("User", id, { userName: "eve" });
  mustHold(
    subject,
    "User",
    await subject.create("User", { userName: "ada" }),
    { userName: "ada" },
    "replace must free the old unique value",
  );
});

add("a taken unique value is refused and nothing is written [G-3 G-4 P-3.5.1-10]", async (subject) => {
  await subject.create("User", { userName: "ada" });
  const before = await subject.create("User", { userName: "eve", displayName: "Eve" });
  const rule = "replace with a taken userName must throw uniqueness() and write nothing";
  await mustRefuse(
    subject.replace("User", before.id, { userName: "ADA", displayName: "changed" }),
    "uniqueness",
    rule,
    "userName",
  );
  await mustBeUnchanged(subject, "User", before, rule);
});

add("`before` only saves work: the outcome is the same with it", async (subject) => {
  const before = await subject.create("User", { userName: "ada", displayName: "Ada" });
  await subject.replace("User", before.id, { userName: "eve" }, { before, ifVersion: before.meta.version });
  mustHold(
    subject,
    "User",
    await subject.get("User", before.id),
    { userName: "eve" },
    "replace with `before` must store all differences, removals included",
  );
});

add(
  "collections come with the whole: members that are missing are gone, new ones are there",
  async (subject) => {
    const [a, b, c] = await Promise.all(["a", "b", "c"].map((userName) => subject.create("User", { userName })));
    const of = (...users: (typeof a)[]) => ({
      displayName: "g",
      members: users.map((user) => ({ value: user?.id, type: "User" })),
    });
    const before = await subject.create("Group", of(a, b));
    await subject.replace("Group", before.id, of(b, c), { before });
    mustHold(
      subject,
      "Group",
      await subject.get("Group", before.id),
      of(b, c),
      "replace must leave exactly the members that it is given",
    );
    await subject.replace("Group", before.id, { displayName: "g" });
    mustHold(
      subject,
      "Group",
      await subject.get("Group", before.id),
      { displayName: "g" },
      "replace without members must remove them all",
    );
  },
  { needs: ["Group.members"] },
);

add(
  "the order of a collection's elements is no change [G-9]",
  async (subject) => {
    const [a, b] = await Promise.all(["a", "b"].map((userName) => subject.create("User", { userName })));
    const before = await subject.create("Group", { displayName: "g", members: [{ value: a?.id }, { value: b?.id }] });
    await subject.replace("Group", before.id, { displayName: "g", members: [{ value: b?.id }, { value: a?.id }] });
    await mustBeUnchanged(
      subject,
      "Group",
      before,
      "replace with the same members in another order must change nothing",
    );
  },
  { needs: ["Group.members"] },
);

add(
  "`untouched` collections stay as they are, though neither the resource nor `before` holds them",
  async (subject) => {
    const user = await subject.create("User", { userName: "a" });
    const members = [{ value: user.id, type: "User" }];
    const { id, meta } = await subject.create("Group", { displayName: "g", members });
    const replaced = await subject.replace(
      "Group",
      id,
      { displayName: "new" },
      { untouched: ["members"], ifVersion: meta.version },
    );
    mustHold(
      subject,
      "Group",
      await subject.get("Group", id),
      { displayName: "new", members },
      "replace must leave `untouched` collections alone",
    );
    must(
      replaced?.meta.version !== meta.version,
      "replace must give a new version when another attribute changes",
      "the version is the old one",
    );
    const before = await subject.read("Group", id);
    await subject.replace("Group", id, { displayName: "new" }, { untouched: ["members"] });
    await mustBeUnchanged(
      subject,
      "Group",
      before,
      "replace of nothing but `untouched` collections must change nothing",
    );
  },
  { needs: ["Group.members"] },
);

export { cases as replace };
