import { PATCH } from "../client/urns.ts";
import { isObject } from "../schema/value.ts";
import { CheckEnd } from "./check-end.ts";
import type { Exchange } from "./exchange.ts";
import { generate } from "./generate.ts";
import { laidOver } from "./laid-over.ts";
import { findAttribute } from "./schema-facts.ts";
import { guard, isWrite, keep, type Session, type Trace } from "./session.ts";
import type { Answer, AskOptions, Made, Workbench } from "./workbench.ts";

/** Makes what one check works with. */
export function createWorkbench(session: Session, trace: Trace): Workbench {
  const { facts, names } = session;
  const asking = createAsking(session, trace);
  const ends = createEnds(trace);
  const making = createMaking(session, asking, ends);
  return {
    facts,
    run: names.run,
    ...asking,
    ...ends,
    ...making,
    ...createNeeds(session, ends),
    unique: (label = "name") => names.unique(label),
    address: (label = "mail") => names.address(label),
    async patch(path, operations, headers) {
      if (facts.features.get("patch") !== true) ends.skip("the server does not announce PATCH");
      const body = Array.isArray(operations) ? { schemas: [PATCH], Operations: operations } : operations;
      const answer = await asking.ask("PATCH", path, { body, ...(headers && { headers }) });
      if (answer.status === 405 || answer.status === 501)
        ends.block(`PATCH is announced, and not there: PATCH ${path} gave ${answer.status}`);
      return answer;
    },
    async read(path, query) {
      const answer = await asking.get(path, query);
      if (answer.status !== 200 || !answer.isJson) ends.block(`GET ${path} gave ${answer.status}${detailOf(answer)}`);
      return answer.body;
    },
  };
}

type Asking = Pick<Workbench, "ask" | "attempt" | "get" | "post" | "put" | "delete">;
type Ends = Pick<Workbench, "skip" | "block" | "fail" | "expect" | "note">;

function createAsking(session: Session, trace: Trace): Asking {
  const send = async (method: string, path: string, options: AskOptions) => {
    // A write under way is let come to its end when the run is stopped: what it has made has to be known.
    const signals = isWrite(method, path) ? [trace.cut.signal] : [trace.cut.signal, session.stop];
    const signal = AbortSignal.any(signals);
    const sent = await session.wire.send({ method, path, ...options, signal, until: session.stop, check: trace.check });
    keep(trace, sent.exchange);
    if (!sent.isUnsent) session.ledger.note({ method, path, body: options.body }, sent.answer);
    trace.isUnanswered = sent.answer === undefined;
    return sent;
  };
  const begin = async (method: string, path: string, options: AskOptions = {}) => {
    const verb = method.toUpperCase();
    guard(session, trace, verb, path);
    trace.requests++;
    const work = send(verb, path, options);
    trace.underWay.add(work);
    try {
      return await work;
    } finally {
      trace.underWay.delete(work);
    }
  };
  const attempt: Workbench["attempt"] = async (method, path, options) => {
    const { answer, exchange } = await begin(method, path, options);
    if (answer === undefined) return undefined;
    if (isThrottled(answer.status, options))
      throw new CheckEnd("blocked", `the server throttles: ${answer.status} after all the waiting it asked for`);
    const { status, headers, text, body } = answer;
    return { status, headers, text, body: isObject(body) ? body : {}, isJson: isObject(body), exchange };
  };
  const ask: Workbench["ask"] = async (method, path, options) => {
    const answer = await attempt(method, path, options);
    if (answer !== undefined) return answer;
    const last = trace.exchanges.at(-1);
    throw new CheckEnd("blocked", `${method} ${path} had no answer: ${last?.error}`, "", last ? [last] : []);
  };
  const withBody = (method: string) => (path: string, body: unknown, headers?: AskOptions["headers"]) =>
    ask(method, path, { body, ...(headers && { headers }) });
  return {
    ask,
    attempt,
    get: (path, query) => ask("GET", path, query && { query }),
    post: withBody("POST"),
    put: withBody("PUT"),
    delete: (path, headers) => ask("DELETE", path, headers && { headers }),
  };
}

function isThrottled(status: number, options: AskOptions | undefined): boolean {
  return status === 429 && options?.once !== true;
}

function createEnds(trace: Trace): Ends {
  const fail: Workbench["fail"] = (seen, right, ...shown) => {
    const exchanges: readonly Exchange[] = shown.map((one) => ("exchange" in one ? one.exchange : one));
    throw new CheckEnd("failed", seen, right, exchanges.length > 0 ? exchanges : trace.exchanges.slice(-1));
  };
  return {
    skip(reason) {
      throw new CheckEnd("skipped", reason);
    },
    block(reason) {
      throw new CheckEnd("blocked", reason, "", trace.exchanges.slice(-1));
    },
    fail,
    expect(condition, seen, right, ...shown) {
      if (!condition) fail(seen, right, ...shown);
    },
    note: (text) => void trace.notes.push(text),
  };
}

/** What a server may say that makes its groups itself, from a source of its own. */
const NOT_MADE_BY_CLIENTS = [405, 501];

function createMaking(
  { facts, names, template, groupTemplate, fullness }: Session,
  { post }: Asking,
  { skip, block }: Ends,
): Pick<Workbench, "newUser" | "newGroup" | "user" | "group"> {
  const users = () => facts.users ?? skip("the server has no users");
  const groups = () => facts.groups ?? skip("the server has no groups");
  const newUser = (attributes: object = {}) =>
    laidOver(generate(users(), facts, names, template, fullness), attributes, users());
  const newGroup = (attributes: object = {}) =>
    laidOver(generate(groups(), facts, names, groupTemplate, fullness), attributes, groups());
  const make = async (endpoint: string, body: Record<string, unknown>): Promise<Made> => {
    const answer = await post(endpoint, body);
    if (endpoint !== facts.users?.endpoint && NOT_MADE_BY_CLIENTS.includes(answer.status))
      skip(`the server lets no client make what is at ${endpoint}: POST is answered ${answer.status}`);
    const { id } = answer.body;
    if (answer.status < 200 || answer.status > 299 || id === undefined)
      block(`POST ${endpoint} gave ${answer.status}${id === undefined ? " without an id" : ""}${detailOf(answer)}`);
    return { id: String(id), path: `${endpoint}/${encodeURIComponent(id)}`, body: answer.body, answer };
  };
  return {
    newUser,
    newGroup,
    user: async (attributes) => make(users().endpoint, newUser(attributes)),
    group: async (attributes) => make(groups().endpoint, newGroup(attributes)),
  };
}

function createNeeds(
  { facts }: Session,
  { skip }: Ends,
): Pick<Workbench, "has" | "needs" | "hasAttribute" | "needsAttributes" | "needsGroups"> {
  const has: Workbench["has"] = (feature) => facts.features.get(feature) === true;
  const hasAttribute: Workbench["hasAttribute"] = (path, resourceType) => {
    const type =
      resourceType === undefined || resourceType === "User"
        ? facts.users
        : resourceType === "Group"
          ? facts.groups
          : facts.resourceTypes.find(({ name }) => name === resourceType);
    if (type === undefined) return false;
    if (path === "externalId") return true;
    const schemas = [type.schema, ...type.extensions.map(({ schema }) => schema)];
    const found = findAttribute(
      path,
      schemas.flatMap((id) => facts.schemas.get(id) ?? []),
    );
    return found?.every(({ mutability }) => mutability !== "readOnly") === true;
  };
  return {
    has,
    needs(...features) {
      const missing = features.find((feature) => !has(feature));
      if (missing !== undefined) skip(`the server does not announce ${missing}`);
    },
    hasAttribute,
    needsAttributes(...paths) {
      const missing = paths.find((path) => !hasAttribute(path));
      if (missing !== undefined) skip(`the schema of users has no ${missing} that clients may write`);
    },
    needsGroups() {
      if (facts.groups === undefined) skip("the server has no groups");
    },
  };
}

function detailOf({ body, text }: Answer): string {
  const detail = typeof body.detail === "string" ? body.detail : text.slice(0, 120);
  return detail === "" ? "" : `: ${detail}`;
}
