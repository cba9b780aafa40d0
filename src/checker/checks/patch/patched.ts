import { isRefused, told } from "../../judge.ts";
import type { Json } from "../../json.ts";
import type { Answer, Made, Workbench } from "../../workbench.ts";

/** Patches a resource and reads it; fails where the server refuses. Which status a success has is `patch/answer`'s to judge. */
export async function patched(
  bench: Workbench,
  made: Made,
  operations: readonly object[],
  right = "200 with the resource, or 204: it is a PATCH of RFC 7644.",
): Promise<Json> {
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

/** Patches, and fails unless it is refused; the RFC does not say by which status. */
export async function expectPatchRefused(
  bench: Workbench,
  made: Made,
  operations: readonly object[],
  right: string,
): Promise<Answer> {
  const answer = await bench.patch(made.path, operations);
  bench.expect(isRefused(answer) || answer.status === 501, told(answer), right, answer);
  return answer;
}
