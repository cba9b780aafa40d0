import type { Json } from "../json.ts";
import type { Workbench } from "../workbench.ts";
import { elements, type Person, personWith } from "./people.ts";

/** A user of two e-mail addresses, one at work, which is primary, and one at home. */
export interface Addressed extends Person {
  readonly work: string;
  readonly home: string;
}

/** Skips the check where users have no such list, or one of a single element. */
export async function addressed(bench: Workbench, attributes?: Readonly<Record<string, unknown>>): Promise<Addressed> {
  bench.needsAttributes("emails.value", "emails.type");
  const [work, home] = [bench.address("work"), bench.address("home")];
  const emails = [
    { value: work, type: "work", primary: true },
    { value: home, type: "home" },
  ];
  const user = await personWith(bench, { ...attributes, emails });
  if (user.body.emails?.length !== 2) bench.skip("The server keeps one e-mail address alone.");
  return { ...user, work, home };
}

/** The addresses that a read of a user shows, in the order of the alphabet. */
export const addressesOf = (body: Json): string =>
  elements(body.emails)
    .map(({ value }) => String(value))
    .sort()
    .join(" ");
