import { freeText } from "../../attributes.ts";
import { valueAt } from "../../compare.ts";
import type { ServerFacts } from "../../facts.ts";
import type { Json } from "../../json.ts";
import { isRefused, told } from "../../judge.ts";
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
  right = DONE,
): Promise<Json> {
  await needsPatch(bench);
  const answer = await bench.patch(made.path, operations);
  if (answer.status === 400 && right === DONE) await needPaths(bench, operations);
  bench.expect(isDone(answer), told(answer, whatOf(operations)), right, answer);
  return bench.read(made.path);
}

const DONE = "200 with the resource, or 204: it is a PATCH of RFC 7644.";

/** The plainest operation on an element that a filter finds, which `patch/remove-element` tries. */
export const REMOVE_ELEMENT = { op: "remove", path: 'emails[type eq "home"]' };

/**
 * Ends the check as blocked where an operation on the elements of a list was refused by a server that has no filters in paths at all: that is
 * one defect, and one check says so.
 */
async function needPaths(bench: Workbench, operations: readonly object[]): Promise<void> {
  const paths = operations.map((operation) => ("path" in operation ? String(operation.path) : ""));
  const isOfUsers = paths.some((path) => path.includes("[") && !path.startsWith("members"));
  if (!isOfUsers || operations.includes(REMOVE_ELEMENT) || !bench.hasAttribute("emails.type")) return;
  const emails = [
    { value: bench.address("work"), type: "work", primary: true },
    { value: bench.address("home"), type: "home" },
  ];
  const plain = await bench.patch((await bench.user({ emails })).path, [REMOVE_ELEMENT]);
  if (plain.status === 400) bench.block(`The server has no filters in paths. ${told(plain)}`);
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

/** Patches, and fails unless it is refused; the RFC does not say by which status. */
export async function expectPatchRefused(
  bench: Workbench,
  made: Made,
  operations: readonly object[],
  right: string,
): Promise<Answer> {
  await needsPatch(bench);
  const answer = await bench.patch(made.path, operations);
  bench.expect(isRefused(answer) || answer.status === 501, told(answer, whatOf(operations)), right, answer);
  return answer;
}
