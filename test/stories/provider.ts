// An identity provider that sends what was recorded of it, about people of the story.
import { readFileSync } from "node:fs";
import { type TestAnswer, type TestClient, testClient } from "scimkit/testing";
import type { Sample } from "../support/samples.ts";
import { type Host, PROVIDER_TOKEN, TOOL_TOKEN } from "./host.ts";

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/** What stands in a recording, and what stands there in the story. */
export type Swaps = Readonly<Record<string, string>>;

/** Where things stand after a step. */
export interface Standing {
  /** What the provider got back for each request, with names for ids: `POST /Users 201 eve`. */
  readonly answers: readonly string[];
  /** What a GET gives of Eve: user name, family name, department, externalId, as far as they are there. */
  readonly person: string;
  /** How many people have a licence: Ada, and whoever else. */
  readonly licences: number;
  /** The roles of Eve that count. */
  readonly roles: readonly string[];
  /** How many sessions of Eve are open. */
  readonly sessions: number;
  /** Whether Eve gets in, if she tries after that. */
  readonly getsIn: boolean;
  /** Whether the provider owns her account. */
  readonly isManaged: boolean;
  /** Events that were handed out, with names for ids: `created User eve`, `patched Group Sales +eve`. Those of a resource are in order. */
  readonly events: readonly string[];
}

/** A step of a story, and where things stand after it. */
export interface Step {
  /** What happens, as the second half of a sentence. */
  readonly title: string;
  /** So many days later than the step before. */
  readonly days?: number;
  readonly play: (provider: Provider) => Promise<unknown>;
  readonly leaves: Standing;
}

/** What one identity provider sends. */
export interface Story {
  readonly name: string;
  readonly seats?: number;
  /** By what the groups Engineering (`editor`) and Sales (`seller`) are known. */
  readonly groupsBy: "displayName" | "externalId";
  /** Connects, and brings Ada and the groups. */
  readonly connect: (provider: Provider) => Promise<unknown>;
  readonly steps: readonly Step[];
}

export class Provider {
  readonly #client: TestClient;
  readonly #host: Host;
  readonly #names = new Map<string, string>();
  readonly #ids = new Map<string, string>();
  #answers: string[] = [];

  constructor(host: Host) {
    this.#host = host;
    this.#client = testClient(host.scim, { headers: { authorization: `Bearer ${PROVIDER_TOKEN}` } });
  }

  /** The id of somebody or of a group: the newest, where there was another one. */
  id(name: string): string {
    const id = this.#ids.get(name);
    if (id === undefined) throw new Error(`Nobody is called ${name} yet.`);
    return id;
  }

  /** Sends a recording of test/interop about somebody else. Every swap must find what it swaps. `as`: what is created is called so. */
  sends(recording: string, swaps: Swaps = {}, { as, method }: { as?: string; method?: string } = {}) {
    const { request } = read(recording);
    let text = JSON.stringify({ path: request.path, body: request.body });
    for (const [from, to] of Object.entries(swaps)) {
      if (!text.includes(from)) throw new Error(`${recording} does not have ${from}.`);
      text = text.replaceAll(from, to);
    }
    const { path, body } = JSON.parse(text);
    const headers = { ...request.headers, Authorization: `Bearer ${PROVIDER_TOKEN}` };
    return this.#ask(method ?? request.method, path, body, headers, as);
  }

  /** Sends what no recording has. */
  writes(method: string, path: string, body?: object, as?: string) {
    return this.#ask(method, path, body, { "content-type": "application/scim+json" }, as);
  }

  /** Changes what a GET gives and sends all of it back, as Okta does. */
  async echoes(name: string, change: (body: Record<string, unknown>) => object): Promise<TestAnswer> {
    const { body } = await this.sends("okta/11-get-user", { "u-0001": this.id(name) });
    return this.writes("PUT", `/Users/${this.id(name)}`, { ...body, ...change({ ...body }) });
  }

  /** A tool of the host's own deletes who has been out of service for long. */
  async isCleanedUpBehind(name: string): Promise<TestAnswer> {
    return this.#ask(
      "DELETE",
      `/Users/${this.id(name)}`,
      undefined,
      { authorization: `Bearer ${TOOL_TOKEN}` },
      undefined,
    );
  }

  /** Where things stand, after the host has done what follows from all that was sent. */
  async standing(): Promise<Standing> {
    const host = this.#host;
    const told = await host.follow();
    const answers = this.#answers;
    this.#answers = [];
    const eve = this.#ids.get("eve") ?? "";
    const sessions = host.people.sessions.get(eve) ?? 0;
    return {
      answers,
      person: await this.#look(eve),
      licences: host.people.licences.size,
      roles: await host.rolesOf(eve),
      sessions,
      getsIn: sessions > 0 || (await host.logIn(eve)),
      isManaged: await host.isManaged(eve),
      events: told.map(({ type, resourceType, id, deltas }) => {
        const joined = deltas.flatMap((delta) => delta.joined.map(({ value }) => ` +${this.#named(value)}`));
        const left = deltas.flatMap((delta) => delta.left.map((value) => ` -${this.#named(value)}`));
        return `${type} ${resourceType} ${this.#named(id)}${[...joined, ...left].join("")}`;
      }),
    };
  }

  /** How many people are in service, as a list says. */
  async inService(): Promise<unknown> {
    const { body } = await this.#client.get("/Users?filter=active%20eq%20true&count=0");
    return body.totalResults;
  }

  async #ask(
    method: string,
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>>,
    as: string | undefined,
  ): Promise<TestAnswer> {
    const answer = await this.#client.send(method, path, body, headers);
    if (as !== undefined && answer.status === 201) this.#call(answer.body.id, as);
    const [where = ""] = path.split("?");
    const [, endpoint = "", id] = where.split("/");
    const target = id === undefined ? "" : `/${this.#named(id)}`;
    this.#answers.push(`${method} /${endpoint}${target} ${answer.status}${this.#outcome(answer)}`);
    return answer;
  }

  async #look(id: string): Promise<string> {
    const { status, body } = await this.#client.get(`/Users/${id}`);
    if (status !== 200) return "nobody";
    const { userName, name, externalId, [ENTERPRISE]: work } = body;
    return [userName, memberOf(name, "familyName"), memberOf(work, "department"), externalId]
      .filter((value) => value !== undefined)
      .join(", ");
  }

  #outcome({ status, body, resources }: TestAnswer): string {
    if (status >= 400) return ` ${body.detail}`;
    if ("totalResults" in body)
      return ` ${
        resources
          .map(({ id }) => this.#named(id))
          .sort()
          .join(", ") || "nobody"
      }`;
    return body.id === undefined ? "" : ` ${this.#named(body.id)}`;
  }

  #call(id: unknown, as: string): void {
    if (typeof id !== "string") throw new Error("A 201 without an id.");
    if (!this.#names.has(id)) this.#names.set(id, this.#ids.has(as) ? `${as} with a new id` : as);
    this.#ids.set(as, id);
  }

  #named(id: unknown): string {
    return this.#names.get(String(id)) ?? String(id);
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function read(recording: string): Sample {
  const url = new URL(`../interop/samples/${recording}.json`, import.meta.url);
  const sample: Sample = JSON.parse(readFileSync(url, "utf8"));
  return sample;
}
