import { isScimError, unavailable } from "../../error.ts";
import {
  type AtomicDocuments,
  type Document,
  type DocumentKey,
  type DocumentPlace,
  nameOf,
  newDocument,
} from "./store.ts";

/** A value that a document holds, as JSON has it. */
type Value = object;

/** What a session has read or written under a key. */
interface Entry {
  readonly at: DocumentKey;
  readonly found: Document | undefined;
  /** JSON text of what is to be there, `null` for nothing; undefined where it was only read. */
  written?: string | null;
}

/**
 * Reads and writes that take effect together or not at all: what was read is looked at again in the very step that writes, and where any
 * of it has changed nothing is written. What is given is a copy, and what was written is read back.
 */
export class Session {
  readonly #store: AtomicDocuments;
  readonly #isReading: boolean;
  #rounds = 0;
  readonly #entries = new Map<string, Entry>();
  /** To be done once what was written is there. */
  readonly afterwards: (() => void)[] = [];

  /** `isReading`: it writes nothing, and all that it reads is to be of one moment. */
  constructor(store: AtomicDocuments, isReading = false) {
    this.#store = store;
    this.#isReading = isReading;
  }

  /** The values under some keys, of which what is written here depends. */
  async get<V extends Value>(keys: readonly DocumentKey[]): Promise<readonly (V | undefined)[]> {
    const missing = new Map(keys.map((key) => [nameOf(key), key]));
    for (const name of missing.keys()) if (this.#entries.has(name)) missing.delete(name);
    if (missing.size > 0) {
      this.#rounds++;
      const wanted = [...missing.values()];
      const found = await this.#store.get(wanted);
      for (const [index, at] of wanted.entries()) this.#entries.set(nameOf(at), { at, found: found[index] });
    }
    return keys.map((key) => this.#valueOf<V>(key));
  }

  /** The same of values that only an answer depends on. */
  async look<V extends Value>(keys: readonly DocumentKey[]): Promise<readonly (V | undefined)[]> {
    if (this.#isReading) return this.get<V>(keys);
    const others = keys.filter((key) => !this.#entries.has(nameOf(key)));
    const found = others.length === 0 ? [] : await this.#store.get(others);
    const texts = new Map(others.map((key, index) => [nameOf(key), found[index]?.text]));
    return keys.map((key) => (texts.has(nameOf(key)) ? parse<V>(texts.get(nameOf(key))) : this.#valueOf<V>(key)));
  }

  /** All values of a kind with their keys, what was written here among them, in the order of the keys. */
  async list<V extends Value>(place: DocumentPlace): Promise<readonly (readonly [key: string, value: V])[]> {
    const texts = new Map<string, string>();
    for await (const { key, text } of this.#store.list(place)) texts.set(key, text);
    for (const { at, written } of this.#entries.values()) {
      if (written === undefined || at.tenant !== place.tenant || at.kind !== place.kind) continue;
      if (written === null) texts.delete(at.key);
      else texts.set(at.key, written);
    }
    const sorted = [...texts].sort(([left], [right]) => (left < right ? -1 : 1));
    return sorted.map(([key, text]) => [key, JSON.parse(text) as V]);
  }

  /** Writes a value over one that was read, or, with `undefined`, removes it. */
  put(at: DocumentKey, value: Value | undefined): void {
    const entry = this.#entries.get(nameOf(at));
    if (entry === undefined) throw new Error("documentStorage writes nothing that it has not read.");
    entry.written = value === undefined ? null : JSON.stringify(value);
  }

  /** Makes what was written take effect; `false` where somebody else has changed what was read. */
  async commit(): Promise<boolean> {
    const changes = [...this.#entries.values()].map(({ at, found, written }) => ({
      tenant: at.tenant,
      kind: at.kind,
      key: at.key,
      before: found?.revision,
      after: afterOf(found, written),
    }));
    return changes.every(({ after }) => after === "kept") || this.#store.atomic(changes);
  }

  /** Whether all that was read is as it was. */
  async isCurrent(): Promise<boolean> {
    if (this.#rounds < 2) return true;
    const entries = [...this.#entries.values()];
    const found = await this.#store.get(entries.map(({ at }) => at));
    return entries.every((entry, index) => entry.found?.revision === found[index]?.revision);
  }

  #valueOf<V extends Value>(key: DocumentKey): V | undefined {
    const { found, written } = this.#entries.get(nameOf(key)) as Entry;
    return parse<V>(written === undefined ? found?.text : written);
  }
}

function parse<V extends Value>(text: string | null | undefined): V | undefined {
  return text === undefined || text === null ? undefined : (JSON.parse(text) as V);
}

function afterOf(found: Document | undefined, written: string | null | undefined): Document | "kept" | undefined {
  if (written === undefined || written === (found?.text ?? null)) return "kept";
  return written === null ? undefined : newDocument(written);
}

/** How long something is tried again that others are in the way of, in milliseconds. */
const LONGEST = 10_000;

/**
 * Does work in a session of its own and makes it take effect, again from the beginning where somebody else came in between.
 * @throws {ScimError} 503 where that does not end.
 */
export function attempt<T>(store: AtomicDocuments, work: (session: Session) => Promise<T>): Promise<T> {
  return again(store, false, async (session) => {
    const result = await work(session);
    if (!(await session.commit())) return undefined;
    for (const tell of session.afterwards) tell();
    return { result };
  });
}

/** Reads in a session of its own, again where what it read was of several moments. */
export function reading<T>(store: AtomicDocuments, work: (session: Session) => Promise<T>): Promise<T> {
  return again(store, true, async (session) => {
    const result = await work(session);
    return (await session.isCurrent()) ? { result } : undefined;
  });
}

async function again<T>(
  store: AtomicDocuments,
  isReading: boolean,
  work: (session: Session) => Promise<{ readonly result: T } | undefined>,
): Promise<T> {
  const until = performance.now() + LONGEST;
  for (let tries = 0; performance.now() < until; tries++) {
    const done = await work(new Session(store, isReading));
    if (done !== undefined) return done.result;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(2 ** tries, 64)));
  }
  throw unavailable(undefined, { cause: new Error(`${store.name}: others were in the way for ${LONGEST} ms.`) });
}

/** A store whose faults are 503 for clients: it is out of reach, and what it was asked to write may be there or not. */
export function reaching<S extends object>(store: S): S {
  const reached = <T>(call: () => Promise<T>): Promise<T> =>
    call().catch((error) => Promise.reject(asUnavailable(error)));
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      if (name === "list") return (...given: unknown[]) => reachedList(() => member.apply(target, given));
      return (...given: unknown[]) => reached(async () => member.apply(target, given));
    },
  });
}

async function* reachedList<T>(list: () => AsyncIterable<T> | Iterable<T>): AsyncGenerator<T> {
  try {
    yield* list();
  } catch (error) {
    throw asUnavailable(error);
  }
}

function asUnavailable(error: unknown): unknown {
  return isScimError(error) ? error : unavailable(undefined, { cause: error });
}
