import { isObject } from "../schema/value.ts";
import type { ResourceTypeFact } from "./facts.ts";
import { type Fullness, generate } from "./generate.ts";
import type { Session } from "./session.ts";

/**
 * Whether a user of what the schema requires is taken. Many servers ask for a name and an address, and do not say so; with less than that
 * every check would be blocked. Makes one user, or two; they are removed with what the first check has made.
 */
export async function findFullness(
  session: Omit<Session, "fullness">,
): Promise<{ readonly fullness: Fullness; readonly remarks: readonly string[] }> {
  const { facts, isReadOnly, stop } = session;
  if (facts.users === undefined || isReadOnly || stop.aborted) return { fullness: "least", remarks: [] };
  const least = await tryOne(session, facts.users, "least");
  if (least === undefined) return { fullness: "least", remarks: [] };
  const usual = await tryOne(session, facts.users, "usual");
  return { fullness: "usual", remarks: [usual === undefined ? remarkOn(least) : refusalOf(usual)] };
}

/** Why it was refused; `undefined` where it was made. */
async function tryOne(
  { facts, names, template, wire, ledger, stop }: Omit<Session, "fullness">,
  users: ResourceTypeFact,
  fullness: Fullness,
): Promise<string | undefined> {
  const body = generate(users, facts, names, template, fullness);
  const request = { method: "POST", path: users.endpoint, body };
  const { answer, exchange, isUnsent } = await wire.send({ ...request, until: stop });
  if (!isUnsent) ledger.note(request, answer);
  if (answer === undefined) return exchange.error;
  return answer.status < 300 ? undefined : `${answer.status} ${detailOf(answer.body)}`.trim();
}

function detailOf(body: unknown): string {
  return isObject(body) && typeof body.detail === "string" ? `(${body.detail})` : "";
}

function remarkOn(answer: string): string {
  return `A user of what /Schemas requires was refused: ${answer}. The checks send a name, a display name and an address too.`;
}

function refusalOf(answer: string): string {
  return `No user could be created: ${answer}. Where the server needs more than its /Schemas says, give it with --template user.json.`;
}
