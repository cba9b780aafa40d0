import { expect, test } from "vitest";
import { checkOf, checkScim, freshScim } from "./run.ts";

test("a run tells of each check what came of it, and goes on", async () => {
  const report = await checkScim(freshScim(), {
    checks: [
      checkOf("a/passes", async (bench) => {
        const user = await bench.user();
        bench.expect((await bench.get(user.path)).status === 200, "it is not there", "it is there");
      }),
      checkOf("a/fails", async (bench) => {
        await bench.user();
        bench.fail("something", "something else");
      }),
      checkOf("a/blocked", async (bench) => void (await bench.read("/Users/nobody"))),
      checkOf("a/skipped", async (bench) => bench.skip("not today")),
      checkOf("a/throws", async () => {
        throw new TypeError("x is undefined");
      }),
    ],
  });
  expect(report.results.map(({ outcome, reason }) => [outcome, reason])).toEqual([
    ["passed", undefined],
    ["failed", undefined],
    ["blocked", expect.stringContaining("404")],
    ["skipped", "not today"],
    ["blocked", "the check itself is at fault: TypeError: x is undefined"],
  ]);
  expect(report.results[1]?.failure).toMatchObject({ seen: "something", right: "something else" });
  expect(report.results[1]?.failure?.exchanges).toHaveLength(1);
  expect(report.leftOver).toEqual([]);
  expect(report.remarks).toEqual([]);
  expect(report.isGood).toBe(false);
});
