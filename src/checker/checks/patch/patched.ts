import type { Json } from "../../json.ts";
import { told } from "../../judge.ts";
import type { Answer, Made, Workbench } from "../../workbench.ts";

/** Patches a resource and reads it; fails where the server refuses. Which status a success has is `patch/answer`'s to judge. */
export async function patched(
  bench: Workbench,
  made: Made,
  operations: readonly object[],
  right = "200 with the resource, or 204: it is a PATCH of RFC 7644.",
): Promise<Json> {
  const answer = await bench.patch(made.path, operations);
  bench.expect(isDone(answer), told(answer, whatOf(operations)), right, answer);
  return bench.read(made.path);
}

/** What the operations ask for, as the beginning of a sentence: `A PATCH to replace nickName`. */
function whatOf(operations: readonly object[]): string {
  const parts = operations.map((operation) => {
    const { op, path } = operation as { readonly op?: unknown; readonly path?: unknown };
    return `${op} ${path === undefined ? "without a path" : path}`;
  });
  return `A PATCH to ${parts.slice(0, 3).join(", then ")}${parts.length > 3 ? " and more" : ""}`;
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
  const answer = await bench.patch(made.path, operations);
  bench.expect(answer.status === 400, told(answer, whatOf(operations)), right, answer);
  return answer;
}
