import { freeText } from "../../attributes.ts";
import { type Json, valueAt } from "../../compare.ts";
import type { ServerFacts } from "../../facts.ts";
import { told } from "../../judge.ts";
import type { Answer, Made, Workbench } from "../../workbench.ts";

/** What servers were seen to do of a PATCH, so that they are not asked again and again. */
const isKept = new WeakMap<ServerFacts, boolean>();

/** Ends the check as blocked where not even one text can be added, although that succeeds: `patch/add` tells it. */
async function needsPatch(bench: Workbench): Promise<void> {
  if (!isKept.has(bench.facts)) {
    const name = freeText(bench);
    const made = await bench.user({ [name]: undefined });
    const answer = await bench.patch(made.path, [{ op: "add", path: name, value: "Engineer" }]);
    isKept.set(bench.facts, !isDone(answer) || valueAt(await bench.read(made.path), name) === "Engineer");
  }
  if (isKept.get(bench.facts) === false)
    bench.block("The server says that a PATCH is done, and a read does not show it.");
}

/** Patches a resource and reads it; fails where the server refuses. Which status a success has is `patch/answer`'s to judge. */
export async function patched(
  bench: Workbench,
  made: Made,
  operations: readonly object[],
  right = "200 with the resource, or 204: it is a PATCH of RFC 7644.",
): Promise<Json> {
  await needsPatch(bench);
  const answer = await bench.patch(made.path, operations);
  bench.expect(isDone(answer), told(answer), right, answer);
  return bench.read(made.path);
}

/** As `patched`, for what no RFC asks for and a client sends. */
export const patchedAsClientsDo = (bench: Workbench, made: Made, operations: readonly object[]): Promise<Json> =>
  patched(bench, made, operations, "A success: clients send it so, and mean what the title says.");

export const isDone = ({ status }: Answer): boolean => status >= 200 && status < 300;

/** Fails unless an attribute is what it should be; shows the PATCH that came before the read. */
export function expectValue(bench: Workbench, what: string, seen: unknown, right: unknown): void {
  const sees = `${what} is ${JSON.stringify(seen) ?? "absent"} behind it.`;
  bench.expect(seen === right, sees, `It is ${JSON.stringify(right) ?? "absent"}.`);
}

/** Patches, and fails unless it is refused by 400. */
export async function expectPatchRefused(
  bench: Workbench,
  made: Made,
  operations: readonly object[],
  right: string,
): Promise<Answer> {
  await needsPatch(bench);
  const answer = await bench.patch(made.path, operations);
  bench.expect(answer.status === 400, told(answer), right, answer);
  return answer;
}
