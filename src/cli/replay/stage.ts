import type { PlayedAnswer, Stage } from "../../recordings/stage.ts";
import { CommandError } from "../command.ts";
import type { Connection } from "../connection.ts";
import { networkFault } from "../reach/network-fault.ts";

/** A server to play on, that is left as it was found. */
export interface CleanStage extends Stage {
  /** Removes what has been made since the last time; what could not be removed. */
  clean(): Promise<readonly string[]>;
}

/** Each recording is played under digits of its own: what an earlier one has left in a server's memory is not in its way. */
export function createStage(
  connection: Connection,
  ask: typeof fetch,
  domain: string,
  signal: AbortSignal,
): CleanStage {
  const { baseUrl } = connection;
  const made: string[] = [];
  const send = async (method: string, path: string, own: Readonly<Record<string, string>>, body: unknown) => {
    const headers = new Headers({ accept: "application/scim+json, application/json", ...(await connection.headers()) });
    if (body !== undefined) headers.set("content-type", "application/scim+json");
    for (const [name, value] of Object.entries(own)) headers.set(name, value);
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const response = await ask(baseUrl + path, {
      method,
      headers,
      redirect: "manual",
      ...(text === undefined ? {} : { body: text }),
    }).catch((error: unknown) => {
      throw new CommandError(`${networkFault(error, new URL(baseUrl))}.`);
    });
    return answerOf(response);
  };
  const stage = {
    tag: newTag(),
    domain,
    baseUrl,
    async ask(method: string, path: string, { headers = {}, body }: Parameters<Stage["ask"]>[2]) {
      if (signal.aborted) throw new Stopped();
      const answer = await send(method, path, headers, body);
      const { id } = (answer.body ?? {}) as { readonly id?: unknown };
      const [, endpoint] = /^(\/[\w-]+)\/?$/.exec(path) ?? [];
      if (method === "POST" && answer.status === 201 && endpoint !== undefined && typeof id === "string")
        made.push(`${endpoint}/${encodeURIComponent(id)}`);
      return answer;
    },
    async clean() {
      const left: string[] = [];
      for (const path of made.splice(0).reverse()) {
        const { status } = await send("DELETE", path, {}, undefined);
        if (status >= 300 && status !== 404) left.push(`${path} (DELETE gave ${status})`);
      }
      stage.tag = newTag();
      return left;
    },
  };
  return stage;
}

/** Thrown where the run is stopped; what was made is still removed. */
export class Stopped extends Error {}

function newTag(): string {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return `${1000 + (high % 9000)}${1000 + (low % 9000)}`;
}

async function answerOf(response: Response): Promise<PlayedAnswer> {
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  return { status: response.status, headers: response.headers, text, body };
}
