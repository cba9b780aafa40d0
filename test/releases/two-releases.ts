import { isDeepStrictEqual } from "node:util";
import type { Change } from "./changes.ts";
import { type Package, type Release, SCHEMA, type Store, startRelease } from "./server.ts";

/** Changes of every kind at once: what the new release has made of the schema while the old one still serves. */
export const ROLLING: Change = {
  name: "rolling",
  verdict: "then reindex",
  written: [],
  shown: [],
  before: {
    code: {},
    color: { multiValued: false },
    tags: { type: "complex", multiValued: true, subAttributes: { value: {}, type: {} } },
    gone: {},
    size: {},
  },
  after: {
    code: { uniqueness: "server", caseExact: false },
    color: { multiValued: true },
    tags: { type: "complex", multiValued: true, scimkit: { collection: true }, subAttributes: { value: {}, type: {} } },
    added: {},
    size: { type: "integer" },
  },
};

type Random = () => number;

/** A random sequence that a printed seed repeats. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

const VALUES = ["a", "B", "c", "D", "e", "F", "g", "H", "i", "J", "k", "L"];
const PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

interface Known {
  id: string;
  /** What is stored, in the terms of the new release. */
  readonly values: Record<string, unknown>;
}

/** Two releases of a host over one storage, and what clients were told that they had written. */
export class Rolling {
  readonly #releases: readonly [old: Release, now: Release];
  readonly #random: Random;
  readonly #known: Known[] = [];
  #made = 0;
  readonly counts: Record<string, number> = {};

  constructor(releases: readonly [Release, Release], random: Random) {
    this.#releases = releases;
    this.#random = random;
  }

  static async start(pack: Package, store: Store, random: Random): Promise<Rolling> {
    const old = await startRelease(pack, store, ROLLING, "before");
    return new Rolling([old, await startRelease(pack, store, ROLLING, "after")], random);
  }

  get now(): Release {
    return this.#releases[1];
  }

  #pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.#random() * values.length)] as T;
  }

  async step(): Promise<void> {
    const isNew = this.#random() < 0.5;
    const release = this.#releases[isNew ? 1 : 0];
    const kind = this.#random();
    if (this.#known.length < 5 || (kind < 0.25 && this.#known.length < 60)) await this.#create(release, isNew);
    else if (kind < 0.35) await this.#delete(release);
    else if (kind < 0.75) await this.#patch(release, isNew);
    else await this.#put(release);
  }

  async #create(release: Release, isNew: boolean): Promise<void> {
    const name = `n${this.#made++}`;
    const values: Record<string, unknown> = { note: this.#pick(VALUES), ...this.#some(isNew) };
    const { status, body } = await release.send("POST", "/Items", { schemas: [SCHEMA], name, ...values });
    this.#count("create", status);
    if (status === 409) return this.#expectTaken(values.code);
    if (status !== 201) throw new Error(`POST ${status} ${JSON.stringify(body)}`);
    this.#known.push({ id: body.id, values: { name, ...inNewTerms(values) } });
  }

  /** Random values of attributes that the release knows. The old one gives codes that nobody else has. */
  #some(isNew: boolean): Record<string, unknown> {
    const code =
      isNew && this.#random() < 0.5
        ? this.#pick(VALUES)
        : `${isNew ? "new" : "old"}-${this.#made}-${Math.floor(this.#random() * 1e6)}`;
    const value = this.#pick(VALUES);
    const all: Record<string, unknown> = {
      code,
      color: isNew ? [value] : value,
      tags: [{ value: this.#pick(VALUES), type: "t" }, { value: `x${this.#pick(VALUES)}` }],
      size: isNew ? Math.floor(this.#random() * 100) : String(Math.floor(this.#random() * 100)),
      ...(isNew ? { added: this.#pick(VALUES) } : { gone: this.#pick(VALUES) }),
    };
    return Object.fromEntries(Object.entries(all).filter(() => this.#random() < 0.6));
  }

  async #patch(release: Release, isNew: boolean): Promise<void> {
    const known = this.#pick(this.#known);
    const values = this.#random() < 0.4 ? { note: this.#pick(VALUES) } : this.#some(isNew);
    if (Object.keys(values).length === 0) return;
    const patch = { schemas: [PATCH_OP], Operations: [{ op: "replace", value: values }] };
    const { status, body } = await release.send("PATCH", `/Items/${known.id}`, patch);
    this.#count("patch", status);
    if (status === 409) return this.#expectTaken(values.code, known);
    if (status !== 200 && status !== 204)
      throw new Error(`PATCH ${JSON.stringify(values)}: ${status} ${JSON.stringify(body)}`);
    Object.assign(known.values, inNewTerms(values));
  }

  /** A client's read and write back: nothing may be lost by it. */
  async #put(release: Release): Promise<void> {
    const known = this.#pick(this.#known);
    const { body: read } = await release.send("GET", `/Items/${known.id}`);
    const note = this.#pick(VALUES);
    const { status, body } = await release.send("PUT", `/Items/${known.id}`, { ...read, note });
    this.#count("put", status);
    if (status !== 200) throw new Error(`PUT: ${status} ${JSON.stringify(body)}`);
    known.values.note = note;
  }

  async #delete(release: Release): Promise<void> {
    const known = this.#pick(this.#known);
    const { status } = await release.send("DELETE", `/Items/${known.id}`);
    this.#count("delete", status);
    if (status !== 204) throw new Error(`DELETE ${status}`);
    this.#known.splice(this.#known.indexOf(known), 1);
  }

  /** A refusal is right only where somebody else has the value. */
  #expectTaken(code: unknown, self?: Known): void {
    const isTaken = this.#known.some((other) => other !== self && key(other.values.code) === key(code));
    if (!isTaken) throw new Error(`409 for ${JSON.stringify(code)}, which nobody has`);
  }

  #count(what: string, status: number): void {
    const name = `${what} ${status}`;
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }

  /** Everything that was written is there for both releases, and found by what it says. */
  async check(): Promise<{ readonly resources: number; readonly lookUps: number }> {
    let lookUps = 0;
    const found = async (release: Release, filter: string, wanted: readonly Known[]): Promise<void> => {
      lookUps++;
      const { status, body } = await release.send("GET", `/Items?count=1000&filter=${encodeURIComponent(filter)}`);
      const names = status === 200 ? body.Resources.map(({ name }: { name: string }) => name).sort() : [String(status)];
      const right = wanted.map(({ values }) => values.name as string).sort();
      if (!isDeepStrictEqual(names, right)) throw new Error(`${filter}: ${names} instead of ${right}`);
    };
    for (const { id, values } of this.#known) {
      const { body } = await this.now.send("GET", `/Items/${id}`);
      for (const [name, value] of Object.entries(values)) {
        if (name === "gone") continue;
        if (!isDeepStrictEqual(sorted(body[name]), sorted(value)))
          throw new Error(
            `${name} of ${values.name} is ${JSON.stringify(body[name])} instead of ${JSON.stringify(value)}`,
          );
      }
      const { body: seen } = await this.#releases[0].send("GET", `/Items/${id}`);
      if (seen.gone !== values.gone)
        throw new Error(`gone of ${values.name} is ${seen.gone} instead of ${values.gone}`);
    }
    const having = (path: (values: Record<string, unknown>) => unknown, wanted: string) =>
      this.#known.filter(({ values }) => [path(values)].flat().some((value) => key(value) === key(wanted)));
    const codes = new Set(this.#known.flatMap(({ values }) => (typeof values.code === "string" ? [values.code] : [])));
    for (const release of this.#releases) {
      for (const code of [...codes, "nobody"])
        await found(
          release,
          `code eq ${JSON.stringify(code)}`,
          having(({ code: one }) => one, code),
        );
      for (const value of VALUES) {
        await found(
          release,
          `note eq "${value}"`,
          having(({ note }) => note, value),
        );
        await found(
          release,
          `color eq "${value}"`,
          having(({ color }) => color, value),
        );
        await found(
          release,
          `tags.value eq "${value}"`,
          having(({ tags }) => (tags as { value: string }[] | undefined)?.map((tag) => tag.value), value),
        );
      }
    }
    for (const value of VALUES)
      await found(
        this.now,
        `added eq "${value}"`,
        having(({ added }) => added, value),
      );
    await found(
      this.now,
      "added pr",
      this.#known.filter(({ values }) => values.added !== undefined),
    );
    await found(
      this.now,
      "size ge 50",
      this.#known.filter(({ values }) => Number(values.size) >= 50),
    );
    return { resources: this.#known.length, lookUps };
  }
}

function key(value: unknown): string {
  return typeof value === "string" ? value.toLowerCase() : "";
}

/** A collection has no order. */
function sorted(value: unknown): unknown {
  return Array.isArray(value) ? value.map((one) => JSON.stringify(one)).sort() : value;
}

function inNewTerms(values: Record<string, unknown>): Record<string, unknown> {
  const { color, size } = values;
  return {
    ...values,
    ...(typeof color === "string" ? { color: [color] } : {}),
    ...(typeof size === "string" ? { size: Number(size) } : {}),
  };
}
