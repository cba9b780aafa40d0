import type { Exchange } from "./exchange.ts";
import type { Feature, ServerFacts } from "./facts.ts";
import type { Json } from "./json.ts";

/** What a check is answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body where it is a JSON object, `{}` where it is not. */
  readonly body: Json;
  readonly isJson: boolean;
  readonly exchange: Exchange;
}

/** A resource that the check has made, and that is removed behind it. */
export interface Made {
  readonly id: string;
  /** Below the base URL, e.g. `/Users/42`. */
  readonly path: string;
  readonly body: Json;
  readonly answer: Answer;
}

export interface AskOptions {
  /** On top of those that open the door. An empty one is not sent. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, a string as it is. */
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Whether a 429 or a 503 is the answer, and not a reason to wait and to ask again. Default `false`. */
  readonly once?: boolean;
  /** Sends it without the credentials of the run, whatever header these are in. */
  readonly anonymous?: boolean;
  /** The word in front of the credentials of the run in `Authorization`, e.g. `bearer`. Default: as the run has it. */
  readonly scheme?: string;
}

/**
 * What checks work with: one server, asked one request at a time unless a check asks for several. Whatever is made through it (201 of a POST, of
 * a bulk request) is noted and removed when the check is over. With `--read-only` a request that would write ends the check as skipped.
 */
export interface Workbench {
  /** What the server says of itself, and what is assumed where it says nothing. */
  readonly facts: ServerFacts;
  /** Digits that are in every name that this run makes. */
  readonly run: string;
  /** Sends a request, whatever is answered; ends the check as blocked where there is no answer at all. */
  ask(method: string, path: string, options?: AskOptions): Promise<Answer>;
  /** As `ask`; `undefined` where there is no answer, or only a part of one. */
  attempt(method: string, path: string, options?: AskOptions): Promise<Answer | undefined>;
  get(path: string, query?: AskOptions["query"]): Promise<Answer>;
  post(path: string, body: unknown, headers?: AskOptions["headers"]): Promise<Answer>;
  put(path: string, body: unknown, headers?: AskOptions["headers"]): Promise<Answer>;
  /** PATCH by a list of operations, in the message that they belong in, or by a whole body. Skips the check where PATCH is not announced, and blocks it where it is and yet there is none (405, 501). */
  patch(path: string, operations: unknown, headers?: AskOptions["headers"]): Promise<Answer>;
  delete(path: string, headers?: AskOptions["headers"]): Promise<Answer>;
  /** A body that the server should take, of its own schema and the template; every unique value is new. Not sent. */
  newUser(attributes?: object): Record<string, unknown>;
  newGroup(attributes?: object): Record<string, unknown>;
  /** Makes one; ends the check as blocked where the server refuses it. */
  user(attributes?: object): Promise<Made>;
  group(attributes?: object): Promise<Made>;
  /** A text that nobody has used, with `label` and the digits of the run in it: `label.<run>.<number>`. */
  unique(label?: string): string;
  /** An email address that nobody has used, in the domain of the template. */
  address(label?: string): string;
  /** The answer of a `GET` that must succeed; ends the check as blocked where it does not. */
  read(path: string, query?: AskOptions["query"]): Promise<Json>;
  /** Whether the server announces the feature, or is known to have it. */
  has(feature: Feature): boolean;
  /** Ends the check as skipped where the server does not announce the feature. */
  needs(...features: readonly Feature[]): void;
  /** Whether the server's schema of users (or of `resourceType`) has the attribute, e.g. `nickName`, `emails.type`, and clients may write it. */
  hasAttribute(path: string, resourceType?: string): boolean;
  /** Ends the check as skipped where the schema lacks one of the attributes. */
  needsAttributes(...paths: readonly string[]): void;
  needsGroups(): void;
  /** Ends the check as not applicable, e.g. because the server chose another legal way. */
  skip(reason: string): never;
  /** Ends the check as blocked: what it needs before it can begin has failed. */
  block(reason: string): never;
  /** Ends the check as failed: what was seen, what is right, and the exchange that shows it (default: the last one). */
  fail(seen: string, right: string, ...shown: readonly (Answer | Exchange)[]): never;
  /** Fails unless the condition holds. */
  expect(condition: boolean, seen: string, right: string, ...shown: readonly (Answer | Exchange)[]): void;
  /** A remark for the report that is no failure: what the server chose. */
  note(text: string): void;
}
