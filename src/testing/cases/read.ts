import { chapter } from "../case.ts";
import { must, mustBe } from "../failure.ts";

const { cases, add } = chapter({ name: "get", needs: ["User.userName"] });

add("an unknown id gives undefined, not an error", async (subject) => {
  mustBe(await subject.get("User", crypto.randomUUID()), undefined, "get must give undefined for an unknown id");
});

add(
  "a resource is found under its own type only",
  async (subject) => {
    const { id } = await subject.create("User", { userName: "ada" });
    mustBe(await subject.get("Group", id), undefined, "get of a Group by the id of a User must give undefined");
  },
  { needs: ["Group.displayName"] },
);

add("two reads give the same, and reading changes no version [G-8 G-9]", async (subject) => {
  const { id } = await subject.create("User", { userName: "ada" });
  const first = await subject.read("User", id);
  await subject.query("User");
  mustBe(await subject.read("User", id), first, "reading must change nothing, not even the version");
});

add(
  "every attribute that is selected is there, one by one",
  async (subject) => {
    const attributes = {
      userName: "ada",
      displayName: "Ada",
      active: false,
      externalId: "e",
      emails: [{ value: "a@example.com" }],
    };
    const { id } = await subject.create("User", attributes);
    for (const name of Object.keys(attributes)) {
      const { attribute } = subject.path("User", name);
      const select = { includes: (candidate: { readonly path: string }) => candidate.path === attribute.path };
      const found = await subject.read("User", id, { select });
      mustBe(found[name], attributes[name as keyof typeof attributes], `get must give ${name} when it is selected`);
      mustBe(found.id, id, "get must give the id whatever is selected");
      must(typeof found.meta?.version === "string", "get must give meta whatever is selected", "meta is not there");
      const [listed] = (await subject.query("User", { select })).resources;
      mustBe(
        listed?.[name],
        attributes[name as keyof typeof attributes],
        `query must give ${name} when it is selected`,
      );
    }
  },
  { needs: ["User.displayName", "User.active", "User.emails"] },
);

add(
  "an attribute is there when only one of its sub-attributes is selected",
  async (subject) => {
    const { id } = await subject.create("User", { userName: "ada", name: { givenName: "Ada", familyName: "L" } });
    const path = subject.path("User", "name.givenName");
    const select = {
      includes: (candidate: { readonly path: string }) =>
        [path.attribute.path, path.sub?.path].includes(candidate.path),
    };
    const { name } = await subject.read("User", id, { select });
    mustBe((name as Record<string, unknown> | undefined)?.givenName, "Ada", "get must give a selected sub-attribute");
  },
  { needs: ["User.name.givenName", "User.name.familyName"] },
);

add(
  "an attribute of an extension is there when it is selected",
  async (subject) => {
    const path = subject.path("User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department");
    const urn = path.attribute.extension as string;
    const { id } = await subject.create("User", { userName: "ada", [urn]: { department: "R&D" } });
    const select = { includes: (candidate: { readonly path: string }) => candidate.path === path.attribute.path };
    const found = await subject.read("User", id, { select });
    mustBe(
      (found[urn] as Record<string, unknown> | undefined)?.department,
      "R&D",
      "get must give a selected attribute of an extension",
    );
  },
  { needs: ["User.urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"] },
);

add(
  "a collection is there when it is selected, and whole",
  async (subject) => {
    const users = await Promise.all(["a", "b", "c"].map((userName) => subject.create("User", { userName })));
    const { id } = await subject.create("Group", {
      displayName: "g",
      members: users.map((user) => ({ value: user.id })),
    });
    const { attribute } = subject.path("Group", "members");
    const select = { includes: (candidate: { readonly path: string }) => candidate.path === attribute.path };
    const { members } = await subject.read("Group", id, { select });
    must(
      Array.isArray(members) && members.length === 3,
      "get must give a selected collection whole",
      `it gave ${JSON.stringify(members)}`,
    );
    const [listed] = (await subject.query("Group", { select })).resources;
    must(
      Array.isArray(listed?.members) && listed.members.length === 3,
      "query must give a selected collection whole",
      `it gave ${JSON.stringify(listed?.members)}`,
    );
  },
  { needs: ["Group.members"] },
);

export { cases as read };
