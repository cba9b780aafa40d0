import { expect, test } from "vitest";
import { profiles } from "../../src/index.ts";
import { wholeElements as rule } from "../../src/quirks/whole-elements.ts";
import { directory } from "../support/directory.ts";
import { PATCH, under } from "../support/quirk.ts";
import { THING, Thing } from "../support/thing.ts";

test("an add or replace of a whole element that a filter selects is 400 invalidPath that says what to name [N-05]", async () => {
  const service = await under([rule]);
  const path = `/Users/${service.ada}`;
  for (const op of ["add", "replace"]) {
    const answer = await service.patch(path, {
      op,
      path: 'emails[type eq "work"]',
      value: { value: "x@work.example" },
    });
    expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidPath" } });
    expect(answer.json.detail).toMatch(/^Operations\[0\]: .*emails\[…\]\.value.*\(rule whole-elements\)\.$/);
    expect(service.notes()).toEqual(["whole-elements at emails"]);
  }
  expect((await service.ask("GET", path)).json.emails).toHaveLength(2);
});

test("a sub-attribute, the list as a whole and the removal of an element are as ever [N-05]", async () => {
  const service = await under([rule]);
  const path = `/Users/${service.ada}`;
  for (const operation of [
    { op: "replace", path: 'emails[type eq "work"].value', value: "x@work.example" },
    { op: "add", path: "emails", value: [{ value: "o@x.example", type: "other" }] },
    { op: "remove", path: 'emails[type eq "home"]' },
  ])
    expect((await service.patch(path, operation)).status).toBe(200);
  expect((await service.ask("GET", path)).json.emails.map(({ value }: { value: string }) => value)).toEqual([
    "x@work.example",
    "o@x.example",
  ]);
  await service.patch(`/Groups/${service.group}`, { op: "remove", path: `members[value eq "${service.ada}"]` });
  expect((await service.ask("GET", `/Groups/${service.group}`)).json.members).toHaveLength(1);
});

test("values of a simple list have no sub-attribute to name, and without the rule a whole element is replaced [N-05]", async () => {
  const { ask } = directory({ resourceTypes: [Thing], profile: profiles["ietf-interop"] });
  const { json } = await ask("POST", "/Things", { schemas: [THING], name: "a", tags: ["x", "y"] });
  const Operations = [{ op: "replace", path: 'tags[value eq "x"]', value: "z" }];
  const answer = await ask("PATCH", `/Things/${json.id}`, { schemas: [PATCH], Operations });
  expect(answer.json).toMatchObject({ tags: ["z", "y"] });
  const service = await under(profiles.strict);
  const replaced = await service.patch(`/Users/${service.ada}`, {
    op: "replace",
    path: 'emails[type eq "work"]',
    value: { value: "x@work.example", type: "work" },
  });
  expect(replaced.status).toBe(200);
});
