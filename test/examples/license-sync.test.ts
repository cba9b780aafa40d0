import { describe, expect, test } from "vitest";
import { createLicences, type Licences, resourceTypes } from "../../examples/license-sync/licences.ts";
import { play, seats, story } from "../../examples/license-sync/story.ts";
import { createScim } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { run } from "./process.ts";

async function outcomes(licences: Licences, onChange: Licences["onChange"]) {
  const scim = createScim({
    resourceTypes,
    storage: memoryStorage(),
    baseUrl: "https://crm.example.com/scim/v2",
    unsafeNoAuthentication: true,
    onChange,
  });
  const told = [];
  for await (const outcome of play(scim, licences)) told.push(outcome);
  return told;
}

describe("licences follow events", () => {
  test("each request of the story leaves the licences that it should [Q86 Q112]", async () => {
    const licences = createLicences(seats);
    const told = await outcomes(licences, licences.onChange);
    expect(told.map(({ licences: came }) => came)).toEqual(story.map(([, , should]) => should));
    expect(told.filter(({ isRight }) => !isRight)).toEqual([]);
  });

  test("also when every event is told twice", async () => {
    const licences = createLicences(seats);
    const told = await outcomes(licences, (event) => {
      licences.onChange(event);
      licences.onChange(event);
    });
    expect(told.filter(({ isRight }) => !isRight)).toEqual([]);
  });

  test.each([
    "created",
    "patched",
    "activated",
    "deactivated",
    "deleted",
  ])("the story notices when %s is not told", async (type) => {
    const licences = createLicences(seats);
    const told = await outcomes(licences, (event) => {
      if (event.type !== type) licences.onChange(event);
    });
    expect(told.some(({ isRight }) => !isRight)).toBe(true);
  });
});

test("npm run example:license-sync plays the story, prints what came of it, and exits 0", async () => {
  const example = run("license-sync/run.ts");
  expect(await example.exitCode).toBe(0);
  for (const [name] of story) expect(example.printed()).toContain(`ok   ${name}`);
  expect(example.printed()).toContain("201  Ada Sales, Joan Sales, Grace (Sales)\n");
  expect(example.printed()).toContain("The licences came out right, by events alone.");
});
