import { usersOf } from "./attributes.ts";
import { valueAt } from "./compare.ts";
import type { Json } from "./json.ts";
import { isResource, needStatus, told } from "./judge.ts";
import type { Answer, Made, Workbench } from "./workbench.ts";

/** A body that replaces the resource by one with the same name and the given attributes; `undefined` leaves one out. */
export function replacement(bench: Workbench, made: Made, attributes: object = {}): Record<string, unknown> {
  return bench.newUser({ userName: needName(bench, made), ...attributes });
}

/** The userName of what was made; ends the check as blocked where the answer to the create leaves it out. */
export function needName(bench: Workbench, made: Made): string {
  return valueAt(made.body, "userName") ?? bench.block("The answer to the create has no userName.");
}

/** Creates a user by a body of the check's own; ends the check as blocked where it is refused. */
export async function created(bench: Workbench, attributes: object): Promise<Answer> {
  const answer = await bench.post(usersOf(bench), bench.newUser(attributes));
  needStatus(bench, answer, [201, 200]);
  return answer;
}

/** What the server holds of what a POST has made, by the id in its body or by its Location. */
export async function stored(bench: Workbench, answer: Answer): Promise<Json> {
  const place = isResource(answer)
    ? `${usersOf(bench)}/${encodeURIComponent(answer.body.id)}`
    : answer.headers.get("location");
  if (place === null) bench.block("The answer to the create has neither an id nor a Location.");
  return bench.read(place);
}

/** Replaces the user; ends the check as blocked where that is refused. Gives what can be read then. */
export async function replaced(bench: Workbench, made: Made, body: object): Promise<Json> {
  const answer = await bench.put(made.path, body);
  if (![200, 201, 204].includes(answer.status)) bench.block(told(answer));
  return bench.read(made.path);
}
