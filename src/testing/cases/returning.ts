import { keepsDeleted, type StoredResource } from "../../storage/adapter.ts";
import { chapter } from "../case.ts";
import { mustHold } from "../content.ts";
import { isRefusal, LeftOut, must, mustBe, mustRefuse, outcomeOf } from "../failure.ts";
import type { Subject } from "../subject.ts";

const { cases, add } = chapter({ name: "returning", needs: ["User.userName", "User.displayName"] });

/** A user that was deleted: its last state, and all versions that it had. */
interface Departed {
  readonly last: StoredResource;
  readonly versions: readonly string[];
}

async function departed(subject: Subject, keep?: boolean): Promise<Departed> {
  const { id, meta } = await subject.create("User", { userName: "ada" });
  await subject.replace("User", id, { userName: "ada", displayName: "Ada" });
  const last = await subject.read("User", id);
  mustBe(await subject.remove("User", id, { keep }), true, "delete must give true for a resource that is there");
  return { last, versions: [meta.version, last.meta.version] };
}

async function mustComeBack(subject: Subject, { last, versions }: Departed): Promise<StoredResource> {
  const restores = { version: last.meta.version };
  const back = await subject.create("User", { userName: "ada", displayName: "Ada L." }, { id: last.id, restores });
  mustHold(
    subject,
    "User",
    await subject.get("User", back.id),
    { userName: "ada", displayName: "Ada L." },
    "a create that restores an id must store what it is given",
  );
  if (back.id !== last.id) return back;
  const after = await subject.replace("User", back.id, { userName: "ada", displayName: "3" });
  for (const version of [back.meta.version, after?.meta.version])
    must(
      version !== undefined && !versions.includes(version),
      "who comes back under an id must get versions that the id never had",
      `it has ${JSON.stringify(version)} again`,
    );
  return back;
}

add(
  "a create that restores a deleted id gives it back, or chooses another one, in a version that it never had",
  async (subject) => {
    await mustComeBack(subject, await departed(subject));
  },
);

add(
  "who comes back is in no group of before",
  async (subject) => {
    const { id } = await subject.create("User", { userName: "ada" });
    const group = await subject.create("Group", { displayName: "g", members: [{ value: id }] });
    const last = await subject.read("User", id);
    await subject.remove("User", id);
    const back = await subject.create("User", { userName: "ada" }, { id, restores: last.meta });
    const found = await subject.read("Group", group.id);
    mustBe(found.members ?? [], [], "who comes back under an id must not be a member of what it was a member of");
    mustBe((await subject.read("User", back.id)).groups ?? [], [], "who comes back must be in no group of before");
  },
  { needs: ["Group.members"] },
);

add("a create that restores an id which is taken is refused, or gets another id", async (subject) => {
  const { id, meta } = await subject.create("User", { userName: "ada" });
  const { value, error } = await outcomeOf(subject.create("User", { userName: "eve" }, { id, restores: meta }));
  must(
    error === undefined ? value?.id !== id : isRefusal(error, "uniqueness"),
    "a create that restores an id must not take it from who has it",
    "it did",
  );
  mustHold(subject, "User", await subject.get("User", id), { userName: "ada" }, "who has an id must keep it");
});

add("a replace with `touch` gives another version, even where nothing changes", async (subject) => {
  const { id, meta } = await subject.create("User", { userName: "ada" });
  const touch = () => subject.replace("User", id, { userName: "ada" }, { touch: true, ifVersion: meta.version });
  const [one, other] = await Promise.all([outcomeOf(touch()), outcomeOf(touch())]);
  const refused = [one.error, other.error].filter((error) => error !== undefined);
  must(
    refused.length === 1 && isRefusal(refused[0], "versionMismatch"),
    "of two that touch one version at once, one must be refused by versionMismatch()",
    `${refused.length} were refused`,
  );
  const now = await subject.read("User", id);
  must(now.meta.version !== meta.version, "a replace with `touch` must give another version", "it kept the old one");
  await subject.replace("User", id, { userName: "ada" });
  mustBe(
    (await subject.read("User", id)).meta,
    now.meta,
    "a replace without `touch` must keep the version where nothing changes",
  );
});

const KEPT = { features: ["keepsDeleted"] } as const;

add(
  "what is deleted and kept is gone for every verb",
  async (subject) => {
    const { last } = await departed(subject, true);
    const other = await subject.create("User", { userName: "eve" });
    const rule = "what a delete with `keep` keeps must be out of sight for";
    mustBe(await subject.get("User", last.id), undefined, `${rule} get`);
    mustBe(await subject.find("User", undefined), [other.id], `${rule} query`);
    if (subject.capabilities.filter === true) {
      mustBe(await subject.find("User", 'userName eq "ada"'), [], `${rule} a filter by a unique name`);
      mustBe(await subject.find("User", `id eq "${last.id}"`), [], `${rule} a filter by id`);
      mustBe(await subject.find("User", 'displayName co "ada"'), [], `${rule} a filter by part of a value`);
      mustBe(await subject.find("User", 'not (userName eq "eve")'), [], `${rule} a filter by what it does not have`);
    }
    if (subject.capabilities.sort === true)
      mustBe(await subject.find("User", undefined, { sort: { by: "userName" } }), [other.id], `${rule} a sorted query`);
    mustBe((await subject.query("User")).totalResults, 1, `${rule} the total`);
    mustBe(await subject.replace("User", last.id, { userName: "ada" }), undefined, `${rule} replace`);
    mustBe(await subject.remove("User", last.id), false, `${rule} delete`);
    mustBe(await subject.remove("User", last.id, { keep: true }), false, `${rule} delete`);
  },
  KEPT,
);

add(
  "what is deleted and kept gives its unique names free",
  async (subject) => {
    const { last } = await departed(subject, true);
    const { id } = await subject.create("User", { userName: "ADA" });
    must(id !== last.id, "who takes the name of one that is gone must get an id of its own", "it got the old one");
    await mustRefuse(
      subject.create("User", { userName: "ada" }),
      "uniqueness",
      "a name must be taken again once somebody has it",
      "userName",
    );
    await mustRefuse(
      subject.create("User", { userName: "Ada" }, { id: last.id, restores: last.meta }),
      "uniqueness",
      "who comes back must not take a name from who has it now",
      "userName",
    );
    mustBe(await subject.get("User", last.id), undefined, "who could not come back must stay out of sight");
  },
  KEPT,
);

add(
  "what is deleted and kept is in no group, and no member of any",
  async (subject) => {
    const user = await subject.create("User", { userName: "ada" });
    const group = await subject.create("Group", { displayName: "g", members: [{ value: user.id }] });
    await subject.remove("User", user.id, { keep: true });
    const after = await subject.read("Group", group.id);
    mustBe(after.members ?? [], [], "a group must let go of who is deleted and kept");
    must(
      after.meta.version !== group.meta.version,
      "a group that lets go of a member must get another version",
      "it kept its own",
    );
    await mustRefuse(
      subject.replace("Group", group.id, { displayName: "g", members: [{ value: user.id }] }),
      "invalidValue",
      "nobody may refer to who is deleted and kept",
    );
    const member = await subject.create("User", { userName: "eve" });
    await subject.replace("Group", group.id, { displayName: "g", members: [{ value: member.id }] });
    if (!keepsDeleted(subject.capabilities, "Group")) throw new LeftOut("the adapter keeps no groups");
    await subject.remove("Group", group.id, { keep: true });
    mustBe(
      (await subject.read("User", member.id)).groups ?? [],
      [],
      "nobody may be in a group that is deleted and kept",
    );
    if (subject.capabilities.filter === true)
      mustBe(
        await subject.find("User", `groups.value eq "${group.id}"`),
        [],
        "nobody may be found by a group that is deleted and kept",
      );
  },
  { ...KEPT, needs: ["Group.members"] },
);

add(
  "what is deleted and kept comes back under its id",
  async (subject) => {
    const gone = await departed(subject, true);
    const { last } = gone;
    const { id } = await mustComeBack(subject, gone);
    mustBe(id, last.id, "what was deleted with `keep` must come back under its id");
    mustBe(await subject.find("User", undefined), [id], "who has come back must be listed once");
    if (subject.capabilities.filter === true)
      mustBe(await subject.find("User", 'userName eq "ada"'), [id], "who has come back must be found by its name");
  },
  KEPT,
);

add(
  "a create that restores nothing leaves what is deleted and kept alone",
  async (subject) => {
    const gone = await departed(subject, true);
    const { last } = gone;
    const { value, error } = await outcomeOf(subject.create("User", { userName: "eve" }, { id: last.id }));
    must(
      error === undefined ? value?.id !== last.id : isRefusal(error, "uniqueness"),
      "a create that does not restore must not take the id of what is kept",
      "it did",
    );
    await mustComeBack(subject, gone);
  },
  KEPT,
);

add(
  "nobody comes back under the id of another tenant",
  async (subject) => {
    const gone = await departed(subject, true);
    const { last } = gone;
    const context = await subject.tenant();
    const { value } = await outcomeOf(
      subject.create("User", { userName: "ada" }, { context, id: last.id, restores: last.meta }),
    );
    const back = await mustComeBack(subject, gone);
    mustBe(back.id, last.id, "what another tenant asks for must not keep who was deleted from coming back");
    if (value !== undefined)
      mustHold(
        subject,
        "User",
        await subject.get("User", value.id, { context }),
        { userName: "ada" },
        "who is created for one tenant must be there, whatever another one keeps",
      );
  },
  { features: ["keepsDeleted", "tenants"] },
);

add(
  "deleteTenant deletes what is kept as well",
  async (subject) => {
    const { last } = await departed(subject, true);
    await subject.storage.deleteTenant?.(subject.context.tenant);
    const dump = await subject.made.dump?.();
    must(
      dump === undefined || !dump.includes(last.id),
      "deleteTenant must leave nothing of what was kept",
      "it is there",
    );
    mustBe(await subject.find("User", undefined), [], "deleteTenant must leave nothing");
  },
  { features: ["keepsDeleted", "deleteTenant", "tenants"] },
);

export { cases as returning };
