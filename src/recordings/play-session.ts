import { departures } from "./departures.ts";
import { freshen } from "./freshen.ts";
import type { Session, SessionExchange } from "./session.ts";
import { resourcesBefore } from "./session-world.ts";
import type { PlayedAnswer, Stage } from "./stage.ts";

/** One exchange of a session, played again. */
export interface PlayedExchange<A extends PlayedAnswer = PlayedAnswer> {
  readonly exchange: SessionExchange;
  /** How the answer departs from the one that was recorded. */
  readonly problems: readonly string[];
  readonly answer: A;
}

/** What came of a session; `blocked` says what could not be made of what was there before it. */
export interface PlayedSession<A extends PlayedAnswer = PlayedAnswer> {
  readonly played: readonly PlayedExchange<A>[];
  readonly blocked?: string;
}

/** What a server makes up by itself, or may leave away. */
const OF_THE_SERVER = new Set(["meta", "$ref", "display", "detail", "password", "groups", "itemsperpage"]);

/**
 * Plays a recorded session on a server: first makes what the session shows to have been there before it, then sends each request; ids and
 * versions of the recording are followed through the answers. What was made stays.
 */
export async function playSession<A extends PlayedAnswer>(
  session: Session,
  stage: Stage<A>,
): Promise<PlayedSession<A>> {
  const ids = new Map<string, string>();
  const names = freshen({ ...stage, ids });
  const played: PlayedExchange<A>[] = [];
  for (const { endpoint, id, body } of resourcesBefore(session)) {
    const made = await stage.ask("POST", endpoint, { body: names.json(body) });
    const given = (made.body as { readonly id?: unknown } | undefined)?.id;
    if (typeof given !== "string")
      return {
        played,
        blocked: `${endpoint}/${id}, which was there before, could not be made: ${made.status} ${made.text.slice(0, 200)}`,
      };
    ids.set(id, given);
  }
  for (const exchange of session.exchanges) {
    const { request, response } = exchange;
    const path = names.path(request.path);
    const answer = await stage.ask(request.method, path, {
      headers: headersOf(exchange, ids),
      ...bodyOf(exchange, names, ids),
    });
    follow(exchange, answer, ids);
    const isOfOthers = path === request.path && request.method === "GET";
    const { status, headers, text } = answer;
    const expected = { status: statusesOf(exchange), ...bodyContained(response.body, status, isOfOthers, names) };
    played.push({ exchange, answer, problems: departures(expected, status, Object.fromEntries(headers), text) });
  }
  return { played };
}

function headersOf({ request }: SessionExchange, ids: ReadonlyMap<string, string>): Record<string, string> {
  const { authorization, ...others } = request.headers;
  const headers = Object.fromEntries(Object.entries(others).map(([name, value]) => [name, ids.get(value) ?? value]));
  return authorization === "Bearer wrong" ? { ...headers, authorization } : headers;
}

function bodyOf({ request }: SessionExchange, names: ReturnType<typeof freshen>, ids: ReadonlyMap<string, string>) {
  if (request.body !== undefined) return { body: names.json(request.body) };
  if (request.bodyText === undefined) return {};
  // What is no proper JSON is sent to the letter, but for ids that are long enough to be nothing else.
  const long = [...ids].filter(([recorded]) => recorded.length >= 8);
  return { body: long.reduce((text, [recorded, given]) => text.replaceAll(recorded, given), request.bodyText) };
}

/** Learns what the server calls what it has just made, and the version that it gave. */
function follow({ response }: SessionExchange, answer: PlayedAnswer, ids: Map<string, string>): void {
  const recorded = (response.body as { readonly id?: unknown } | undefined)?.id;
  const given = (answer.body as { readonly id?: unknown } | undefined)?.id;
  if (response.status === 201 && typeof recorded === "string" && typeof given === "string") ids.set(recorded, given);
  const etag = answer.headers.get("etag");
  if (response.headers.etag !== undefined && etag !== null) ids.set(response.headers.etag, etag);
}

/** A change may be answered with or without a body. */
function statusesOf({ request, response: { status } }: SessionExchange): readonly number[] {
  const isChange = ["PATCH", "DELETE", "PUT"].includes(request.method) && (status === 200 || status === 204);
  return isChange ? [200, 204] : [status];
}

function bodyContained(recorded: unknown, status: number, isOfOthers: boolean, names: ReturnType<typeof freshen>) {
  if (status === 204 || recorded === undefined || isOfOthers) return {};
  return { bodyContains: names.json(withoutServers(recorded)) };
}

function withoutServers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutServers);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !OF_THE_SERVER.has(name.toLowerCase()));
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutServers(member)]));
}
