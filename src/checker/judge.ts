import type { Json } from "./json.ts";
import type { Answer, Workbench } from "./workbench.ts";

/** Judgements that many checks share, so that each says once what is legal. None judges more than its name says: one defect, one check. */

export function isStatus(answer: Answer, ...statuses: readonly number[]): boolean {
  return statuses.includes(answer.status);
}

/** Whether the server says that the request is at fault. */
export function isRefused({ status }: Answer): boolean {
  return status >= 400 && status < 500;
}

/** Whether the server says that it is at fault itself; 501 is an honest answer. */
export function isFault({ status }: Answer): boolean {
  return status >= 500 && status !== 501;
}

/** What was answered, as a sentence: of the request, or of `what` was asked for by it, e.g. `A second user of the same name`. */
export function told(answer: Answer, what?: string): string {
  const { status, body } = answer;
  const { scimType, detail } = body;
  const type = typeof scimType === "string" ? ` ${scimType}` : "";
  const words = typeof detail === "string" && detail !== "" ? `: ${cut(detail)}` : "";
  if (what === undefined) return ended(`${requestOf(answer)} is answered ${status}${type}${words}`);
  return ended(`${what} ${becomes(status)}${type}${words}`);
}

function becomes(status: number): string {
  if (status === 201) return "is created (201)";
  if (status < 300) return `is answered by a success (${status})`;
  if (status < 400) return `is answered by a redirect (${status})`;
  return status < 500 ? `is refused by ${status}` : `is answered by a fault of the server, ${status}`;
}

/** The verb and what it is about: the last parts of the path, where ids are of no interest. */
function requestOf({ exchange }: Answer): string {
  const { method, url } = exchange;
  const [path = "", query] = url.split("?");
  const parts = path.split("/");
  const from = parts.findIndex((part) => /^[A-Z]/.test(part));
  const place = from < 0 ? (parts.at(-1) ?? "") : parts.slice(from).join("/");
  return `${method} /${cut(place)}${query === undefined ? "" : "?…"}`;
}

const cut = (text: string) => (text.length > 160 ? `${text.slice(0, 160)}…` : text);
const ended = (text: string) => (/[.!?…]$/.test(text) ? text : `${text}.`);

/** Fails unless the status is one of those that are legal. */
export function expectStatus(
  bench: Workbench,
  answer: Answer,
  statuses: number | readonly number[],
  right: string,
  what?: string,
): void {
  bench.expect([statuses].flat().includes(answer.status), told(answer, what), right, answer);
}

/** Blocks unless the status is one of those that the check needs before it can begin. */
export function needStatus(bench: Workbench, answer: Answer, statuses: number | readonly number[]): void {
  if (![statuses].flat().includes(answer.status)) bench.block(told(answer));
}

/** Fails unless the create is done. That it should be 201 and not 200 is for `create/created` alone to say. */
export function expectMade(bench: Workbench, answer: Answer, right: string, what?: string): void {
  expectStatus(bench, answer, [201, 200], right, what);
}

/**
 * Fails unless the request is refused with one of the statuses and, where one is given, the keyword. The envelope of errors has
 * checks of its own (`errors/…`), so that a server that lacks it fails those alone.
 */
export function expectError(
  bench: Workbench,
  answer: Answer,
  {
    status,
    scimType,
    right,
    what,
  }: { status: number | readonly number[]; scimType?: string; right: string; what?: string },
): void {
  expectStatus(bench, answer, status, right, what);
  if (scimType !== undefined)
    bench.expect(
      String(answer.body.scimType).toLowerCase() === scimType.toLowerCase(),
      answer.body.scimType === undefined ? `${told(answer, what)} It has no scimType.` : told(answer, what),
      right,
      answer,
    );
}

/** Fails where the server breaks down over it: whatever a client sends wrong, the fault is the client's. */
export function expectNoFault(bench: Workbench, answer: Answer, what: string): void {
  bench.expect(
    !isFault(answer),
    told(answer, what),
    `${what} is served or refused with a status of 4xx; it is no fault of the server's.`,
    answer,
  );
}

/** Fails unless it is a resource: one of the statuses, a JSON object, an id. Gives its body. */
export function expectResource(bench: Workbench, answer: Answer, statuses: number | readonly number[] = 200): Json {
  expectStatus(
    bench,
    answer,
    statuses,
    `The status is ${[statuses].flat().join(" or ")}, and the body is the resource.`,
  );
  bench.expect(
    isResource(answer),
    "The body is not a resource with an id.",
    "The body is the resource as JSON, with its id.",
    answer,
  );
  return answer.body;
}

export function isResource({ isJson, body }: Answer): boolean {
  return isJson && typeof body.id === "string" && body.id !== "";
}

/** Whether it is a list: what has no match may leave `Resources` out, and cursors may leave `totalResults` out. */
export function isList({ status, isJson, body }: Answer): boolean {
  return status === 200 && isJson && (Array.isArray(body.Resources) || body.totalResults === 0);
}

/** Fails unless it is a list. Gives its resources. */
export function expectList(bench: Workbench, answer: Answer): readonly Json[] {
  bench.expect(
    isList(answer),
    isStatus(answer, 200) ? "The body is no list of resources." : told(answer),
    "The answer is 200 with a ListResponse.",
    answer,
  );
  return answer.body.Resources ?? [];
}

/** Blocks unless it is a list, for checks that look for something in it. */
export function needList(bench: Workbench, answer: Answer): readonly Json[] {
  if (!isList(answer))
    bench.block(isStatus(answer, 200) ? "The server answers a query with what is no list." : told(answer));
  return answer.body.Resources ?? [];
}
