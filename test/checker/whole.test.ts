import { expect, test } from "vitest";
import { checkScim, freshScim, problems } from "./run.ts";

test("scimkit passes every check", async () => {
  const report = await checkScim(freshScim());
  expect(problems(report)).toEqual([]);
  expect(report.leftOver).toEqual([]);
});
