import { isObject } from "../schema/value.ts";
import { type Fullness, generate } from "./generate.ts";
import type { Session } from "./session.ts";

/**
 * Whether a user of what the schema requires is taken. Many servers ask for a name and an address, and do not say so; with less than that
 * every check would be blocked. Makes one user, or two; they are removed with what the first check has made.
 */
export async function findFullness(
  session: Omit<Session, "fullness">,
): Promise<{ readonly fullness: Fullness; readonly remarks: readonly string[] }> {
  const { facts, names, template, wire, ledger, isReadOnly, stop } = session;
  const { users } = facts;
  const answers: string[] = [];
  for (const fullness of users === undefined || isReadOnly ? [] : (["least", "usual"] as const)) {
    if (stop.aborted) break;
    const body = generate(users as NonNullable<typeof users>, facts, names, template, fullness);
    const request = { method: "POST", path: users?.endpoint ?? "", body };
    const { answer, exchange } = await wire.send(request);
    ledger.note(request, answer);
    if (answer !== undefined && answer.status < 300)
      return { fullness, remarks: fullness === "least" ? [] : [remarkOn(answers[0] ?? "")] };
    answers.push(answer === undefined ? String(exchange.error) : `${answer.status} ${detailOf(answer.body)}`.trim());
  }
  if (answers.length === 0) return { fullness: "least", remarks: [] };
  return { fullness: "usual", remarks: [refusalOf(answers.at(-1) ?? "")] };
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
