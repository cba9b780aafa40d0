import { chapter } from "../case.ts";
import { must, mustBe } from "../failure.ts";

const { cases, add } = chapter({ name: "versions", needs: ["User.userName", "User.displayName"] });

add("each change gives a version that the resource never had before [G-8 P-3.14-03]", async (subject) => {
  const { id, meta } = await subject.create("User", { userName: "ada", displayName: "0" });
  const seen = new Set([meta.version]);
  for (let step = 1; step <= 20; step++) {
    await subject.replace("User", id, { userName: "ada", displayName: String(step) });
    const { version } = (await subject.read("User", id)).meta;
    must(
      !seen.has(version),
      "every change must give a version that the resource never had",
      `after change ${step} it is ${version} again`,
    );
    seen.add(version);
  }
});

add("going back to an old content gives a new version, not the old one [G-8]", async (subject) => {
  const { id, meta } = await subject.create("User", { userName: "ada", displayName: "one" });
  await subject.replace("User", id, { userName: "ada", displayName: "two" });
  await subject.replace("User", id, { userName: "ada", displayName: "one" });
  const { version } = (await subject.read("User", id)).meta;
  must(
    version !== meta.version,
    "a version must not come back with an old content, or a stale If-Match would pass",
    `it is ${version} again`,
  );
});

add("changes within one instant give different versions [G-8]", async (subject) => {
  const at = "2026-01-01T00:00:00.000Z";
  const { id, meta } = await subject.create("User", { userName: "ada", displayName: "0" }, { at });
  const seen = new Set([meta.version]);
  for (let step = 1; step <= 5; step++) {
    await subject.replace("User", id, { userName: "ada", displayName: String(step) }, { at });
    seen.add((await subject.read("User", id)).meta.version);
  }
  mustBe(seen.size, 6, "changes within one instant must give as many versions, so that a version is no timestamp");
});

add("get, query and the results of writes tell the same version", async (subject) => {
  const { id } = await subject.create("User", { userName: "ada" });
  const replaced = await subject.replace("User", id, { userName: "ada", displayName: "d" });
  const found = await subject.read("User", id);
  const [listed] = (await subject.query("User")).resources;
  mustBe(found.meta, replaced?.meta, "get must tell the meta that replace gave");
  mustBe(listed?.meta, found.meta, "query must tell the meta that get gives");
});

add("a change of one resource leaves the versions of the others alone [G-9]", async (subject) => {
  const first = await subject.create("User", { userName: "ada" });
  const second = await subject.create("User", { userName: "bob" });
  await subject.replace("User", second.id, { userName: "bob", displayName: "changed" });
  mustBe(
    (await subject.read("User", first.id)).meta,
    first.meta,
    "a write to one resource must not change another's meta",
  );
});

add(
  "a no-op between two changes leaves no gap to slip through: the version after it still guards [G-2 G-9]",
  async (subject) => {
    const { id } = await subject.create("User", { userName: "ada" });
    await subject.replace("User", id, { userName: "ada", displayName: "d" });
    const { version } = (await subject.read("User", id)).meta;
    await subject.replace("User", id, { userName: "ada", displayName: "d" });
    const replaced = await subject.replace("User", id, { userName: "ada" }, { ifVersion: version });
    must(
      replaced !== undefined && replaced.meta.version !== version,
      "the version before a no-op must still be current after it",
      "the write was not made",
    );
  },
);

add("many changes at once give as many versions [G-8]", async (subject) => {
  const { id } = await subject.create("User", { userName: "ada" });
  const writes = Array.from({ length: 8 }, (_, index) =>
    subject.replace("User", id, { userName: "ada", displayName: String(index) }),
  );
  const results = await Promise.all(writes);
  const versions = new Set(results.map((result) => result?.meta.version));
  mustBe(versions.size, 8, "writes at once must each be told the version that they made");
  must(
    versions.has((await subject.read("User", id)).meta.version),
    "the last write's version must be the current one",
    "it is none of the versions that the writes gave",
  );
});

export { cases as versions };
