import { freeText } from "../attributes.ts";
import type { Workbench } from "../workbench.ts";
import { quoted } from "./filters/search.ts";
import { elements, type Person, person } from "./people.ts";

/** Users whom one filter finds, and nobody else: what lists are tried on, whoever else is in the directory. */
export interface Marked {
  readonly users: readonly Person[];
  readonly filter: string;
  /** The attribute and the text that they have in common. */
  readonly attribute: string;
  readonly value: string;
}

/** Makes a user for each of the bodies, all of one mark; ends the check as blocked where the filter does not find just them. */
export async function marked(bench: Workbench, path: string, bodies: readonly object[]): Promise<Marked> {
  bench.needs("filter");
  const attribute = freeText(bench);
  const value = bench.unique("mark");
  const users: Person[] = [];
  for (const body of bodies) users.push(await person(bench, { ...body, [attribute]: value }));
  const filter = `${attribute} eq ${quoted(value)}`;
  const answer = await bench.get(path, { filter });
  const found = elements(answer.body.Resources).map(({ id }) => String(id));
  const areFound = found.length === users.length && users.every(({ id }) => found.includes(id));
  if (!areFound) bench.block(`The filter \`${attribute} eq …\` does not find just the users who match.`);
  return { users, filter, attribute, value };
}
