import { isUnassigned, valueAt } from "../compare.ts";
import type { Json } from "../json.ts";
import type { Made, Workbench } from "../workbench.ts";

/** A user whose name is known whatever the server answered to its creation. */
export interface Person extends Made {
  readonly userName: string;
}

export async function person(bench: Workbench, attributes?: object): Promise<Person> {
  const body = bench.newUser(attributes);
  return { ...(await bench.user(body)), userName: String(body.userName) };
}

/** Makes a user and looks that the server kept what is tried; ends the check as blocked where it did not. */
export async function personWith(bench: Workbench, attributes: Readonly<Record<string, unknown>>): Promise<Person> {
  const made = await person(bench, attributes);
  const kept = await bench.read(made.path);
  for (const [name, value] of Object.entries(attributes))
    if (!isUnassigned(value) && isUnassigned(valueAt(kept, name)))
      bench.block(`The server did not keep ${name} of a new user.`);
  return { ...made, body: kept };
}

/** The elements of an attribute that may be absent, those that are objects. */
export function elements(list: Json): readonly Json[] {
  return Array.isArray(list) ? list.filter((one) => typeof one === "object" && one !== null) : [];
}
