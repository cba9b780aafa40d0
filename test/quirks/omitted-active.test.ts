import { expect, test } from "vitest";
import { omittedActive as rule } from "../../src/quirks/omitted-active.ts";
import { USER } from "../support/directory.ts";
import { under } from "../support/quirk.ts";

const template = (more: object = {}) => ({ schemas: [USER], userName: "bob", ...more });

test("a PUT that does not say active leaves an inactive user inactive, and clears what else it omits [Q92]", async () => {
  const service = await under([rule]);
  const { json } = await service.ask("PUT", `/Users/${service.bob}`, template({ title: "Clerk" }));
  expect(json).toMatchObject({ active: false, title: "Clerk" });
  expect(json).not.toHaveProperty("externalId");
  expect(service.notes()).toEqual(["omitted-active at active"]);
  expect(service.events.map(({ type }) => type)).not.toContain("activated");
});

test("one that says it is taken at its word, null being none [Q92 R-19a]", async () => {
  const service = await under([rule]);
  expect((await service.ask("PUT", `/Users/${service.bob}`, template({ active: true }))).json.active).toBe(true);
  expect(service.notes()).toEqual([]);
  expect((await service.ask("PUT", `/Users/${service.bob}`, template({ active: false }))).json.active).toBe(false);
  expect((await service.ask("PUT", `/Users/${service.bob}`, template({ active: null }))).json.active).toBe(false);
  expect(service.notes()).toEqual(["omitted-active at active"]);
});

test("without the rule active has its default again [Q92 R-18]", async () => {
  const service = await under([]);
  expect((await service.ask("PUT", `/Users/${service.bob}`, template())).json.active).toBe(true);
});
