import type { ResourceTypeDefinition } from "../schema/resource-type.ts";
import type { Endpoint } from "./endpoint.ts";
import { type AnyResource, pageOf } from "./read-answer.ts";

/** How far the clocks of one server may be apart, in milliseconds. */
const SKEW = 300_000;

type Body = Readonly<Record<string, unknown>>;

/**
 * Finds what an earlier POST of this body may have made. Found is what has the same key (`externalId`, or what is unique or required), says
 * nothing else than the body in what is no list, and is no older than that POST by the server's own clock.
 * @throws {Error} where the server can be asked by none of the keys
 */
export async function lookUp(
  { type, send }: Endpoint,
  body: Body,
  { signal, since }: { readonly signal: AbortSignal | undefined; readonly since: number },
): Promise<AnyResource | undefined> {
  let isAsked = false;
  for (const key of keysOf(type)) {
    const value = body[key];
    if (typeof value !== "string" || value === "") continue;
    const query = { filter: `${key} eq ${JSON.stringify(value)}` };
    const answer = await send({ method: "GET", path: type.endpoint, query, signal });
    if (answer.status !== 200) continue;
    const { resources } = pageOf("GET", answer);
    // Whoever shows others, too, has passed the filter over, and may have more on further pages.
    if (resources.every((one) => one[key] === undefined || isEqual(one[key], value))) isAsked = true;
    const now = Date.parse(answer.headers.get("date") ?? "");
    const isYoung = ({ meta }: AnyResource): boolean => {
      const created = Date.parse(String((meta as Body | undefined)?.created));
      return !(created < now - since - SKEW);
    };
    const found = resources.find((one) => isEqual(one[key], value) && isYoung(one) && isConsistent(one, body));
    if (found !== undefined) return found;
  }
  if (!isAsked)
    throw new Error(`${type.name} cannot be looked for: the server filters by none of ${keysOf(type).join(", ")}.`);
  return undefined;
}

/** What tells resources of a type apart. */
function keysOf({ schema }: ResourceTypeDefinition): readonly string[] {
  const names = Object.entries(schema.attributes).filter(
    ([, { type = "string", uniqueness, required, multiValued }]) => {
      const isUnique = uniqueness === "server" || uniqueness === "global";
      return type === "string" && multiValued !== true && (isUnique || required === true);
    },
  );
  return ["externalId", ...names.map(([name]) => name)];
}

function isConsistent(found: AnyResource, body: Body): boolean {
  return Object.entries(body).every(([name, value]) => {
    const there = found[name];
    return there === undefined || typeof there === "object" || typeof value === "object" || isEqual(there, value);
  });
}

/** Servers write texts in other letters, and booleans as texts. */
function isEqual(left: unknown, right: unknown): boolean {
  const [one, other] = [left, right].map((value) => String(value).trim().toLowerCase());
  return one === other;
}
