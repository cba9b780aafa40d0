import type { StorageNotice } from "../../storage/adapter.ts";
import { chapter } from "../case.ts";
import { mustBeUnchanged } from "../content.ts";
import { must, mustBe, outcomeOf } from "../failure.ts";
import { keepsPassword, type Subject } from "../subject.ts";

const { cases, add } = chapter({ name: "secrets", needs: ["User.userName", "User.password"] });
const CANARY = "c4nary-in-the-c0al-m1ne";

/** Looks for the secret in everything that the adapter gives and, where the kit can look there, keeps. */
async function mustNotShow(subject: Subject, ...results: readonly unknown[]): Promise<void> {
  const { resources } = await subject.query("User");
  for (const text of [results, resources].map((value) => JSON.stringify(value)))
    must(!text.includes(CANARY), "a secret must never be part of what the adapter gives", "it is there as given");
  const kept = await subject.made.dump?.();
  must(kept === undefined || !kept.includes(CANARY), "a secret must never be kept as given", "the backend holds it");
}

add("a secret of a create is never given back, nor kept as given", async (subject) => {
  const created = await subject.create("User", { userName: "ada" }, { secrets: { password: CANARY } });
  await mustNotShow(subject, created, await subject.read("User", created.id));
});

add("a secret of a replace is never given back, nor kept as given", async (subject) => {
  const { id } = await subject.create("User", { userName: "ada" });
  const replaced = await subject.replace("User", id, { userName: "ada" }, { secrets: { password: CANARY } });
  await mustNotShow(subject, replaced, await subject.read("User", id));
});

add("a refusal does not quote the secret", async (subject) => {
  await subject.create("User", { userName: "ada" });
  const { error } = await outcomeOf(subject.create("User", { userName: "ada" }, { secrets: { password: CANARY } }));
  must(!String((error as Error | undefined)?.message).includes(CANARY), "an error must not quote a secret", "it does");
  await mustNotShow(subject);
});

add("a secret that is dropped is told, one that is kept is not: capabilities.secrets says which", async (subject) => {
  const notices: StorageNotice[] = [];
  const { id } = await subject.create("User", { userName: "ada" }, { secrets: { password: CANARY }, notices });
  const expected = keepsPassword(subject.capabilities, subject.resourceTypes)
    ? []
    : [{ type: "secretDropped", attribute: "password" }];
  mustBe(
    notices,
    expected,
    "notify must be told secretDropped exactly when a secret is not kept (capabilities.secrets)",
  );
  const later: StorageNotice[] = [];
  await subject.replace("User", id, { userName: "ada" }, { secrets: { password: CANARY }, notices: later });
  mustBe(later, expected, "replace must tell of dropped secrets as create does");
});

add(
  "a new secret is a change, a write without secrets is none, removing what is not there is none [G-8 G-9]",
  async (subject) => {
    const first = await subject.create("User", { userName: "ada" });
    await subject.replace("User", first.id, { userName: "ada" }, { secrets: { password: null } });
    await mustBeUnchanged(subject, "User", first, "removing a secret that is not there must change nothing");
    await subject.replace("User", first.id, { userName: "ada" }, { secrets: { password: CANARY } });
    const second = await subject.read("User", first.id);
    must(
      second.meta.version !== first.meta.version,
      "a new secret must give a new version",
      "the version is the old one",
    );
    await subject.replace("User", first.id, { userName: "ada" });
    await mustBeUnchanged(subject, "User", second, "a write that names no secret must change nothing [P-3.5.1-03]");
    await subject.replace("User", first.id, { userName: "ada" }, { secrets: { password: null } });
    must(
      (await subject.read("User", first.id)).meta.version !== second.meta.version,
      "removing a secret must give a new version",
      "the version is the old one",
    );
  },
  { features: ["secrets"] },
);

export { cases as secrets };
