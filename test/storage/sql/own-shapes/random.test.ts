import { afterAll, describe, expect, test } from "vitest";
import type { AttributeLiteral } from "../../../../src/index.ts";
import { pickSeed, pickSize } from "../../../support/size.ts";
import { hasPostgres, pgliteEngine, postgresEngine, sqliteEngine } from "../engines.ts";
import { EXTRA, type Release, releasesOf, thing } from "./two-releases.ts";

const OPERATIONS = pickSize("operations of two releases in turn", { everyday: 150, thorough: 600 });
const seed = pickSeed();

const LIST: AttributeLiteral = { type: "complex", multiValued: true, subAttributes: { value: {}, kind: {} } };
const OLD = thing({
  shared: {},
  exact: { uniqueness: "server", caseExact: true },
  list: LIST,
  single: {},
  gone: { uniqueness: "server" },
});
const NEW = thing(
  {
    shared: { uniqueness: "server" },
    exact: { uniqueness: "server" },
    list: { ...LIST, scimkit: { collection: true } },
    single: { multiValued: true },
    fresh: { uniqueness: "server" },
  },
  { code: { uniqueness: "server" } },
);

/** Attributes by the releases that know them: 0 is the old one. */
const KNOWN = {
  shared: [0, 1],
  exact: [0, 1],
  single: [0, 1],
  list: [0, 1],
  gone: [0],
  fresh: [1],
  [`${EXTRA}:code`]: [1],
};
type Name = keyof typeof KNOWN;
const NAMES = Object.keys(KNOWN) as Name[];
const UNIQUE = NAMES.filter((name) => name !== "single" && name !== "list");

/** What a resource is to be: texts by attribute, and of the list the values of its elements. */
type Model = Map<Name, string | ReadonlySet<string>>;

/** Numbers below 1 that depend on the seed alone. */
function numbersFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const engines = [sqliteEngine("SQLite in memory"), pgliteEngine(), ...(hasPostgres ? [postgresEngine()] : [])];

describe.each(engines)("two releases that write in turn on $name", (engine) => {
  afterAll(() => engine.close());

  test("lose nothing, leave nothing stale, and find what each of them has written over", async () => {
    const { releases, tables } = releasesOf(await engine.open(), "t", [OLD, NEW]);
    const world = new World(releases, numbersFrom(seed));
    for (let count = 0; count < OPERATIONS; count++) await world.step();
    expect(await tables.stale()).toEqual([]);
    for (const index of [1, 0, 1]) {
      const release = releases[index] as Release;
      for (const id of world.models.keys()) {
        const value = `by ${index} at last`;
        expect(await release.patch(id, { op: "replace", path: "note", value })).toMatchObject({ status: 200 });
      }
      expect(await tables.stale()).toEqual([]);
      for (const [id, model] of world.models) expect(shown((await release.get(id)).json)).toEqual(known(model, index));
      const isSure = new Map((await tables.all()).map(({ id, mark }) => [id, mark !== "?"]));
      for (const [id, model] of world.models)
        for (const name of UNIQUE) {
          const text = model.get(name);
          if (text === undefined || !KNOWN[name].includes(index)) continue;
          const found = await release.find(`${name} eq "${text}"`);
          if (isSure.get(id)) expect(found).toContain(id);
          for (const one of found) expect(keyOf(world.models.get(one)?.get(name))).toBe(keyOf(text));
        }
    }
  }, 600_000);
});

const keyOf = (text: unknown): string => String(text).toLowerCase();

/** What a release shows of the attributes, in the terms of a model. */
function shown(json: Record<string, unknown>): Record<string, unknown> {
  const entries = NAMES.flatMap((name): [string, unknown][] => {
    const value = name.startsWith(EXTRA) ? (json[EXTRA] as Record<string, unknown> | undefined)?.code : json[name];
    if (value === undefined) return [];
    if (name !== "list") return [[name, Array.isArray(value) ? value[0] : value]];
    return [[name, (value as { value: string }[]).map((element) => element.value).sort()]];
  });
  return Object.fromEntries(entries);
}

/** What a release is to show of a model. */
function known(model: Model, index: number): Record<string, unknown> {
  const entries = [...model].filter(([name]) => KNOWN[name].includes(index));
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === "string" ? value : [...value].sort()]),
  );
}

class World {
  readonly models = new Map<string, Model>();
  readonly #releases: readonly Release[];
  readonly #random: () => number;
  #next = 0;

  constructor(releases: readonly Release[], random: () => number) {
    this.#releases = releases;
    this.#random = random;
  }

  async step(): Promise<void> {
    const index = this.#below(2);
    const release = this.#releases[index] as Release;
    const ids = [...this.models.keys()];
    const id = ids[this.#below(ids.length)];
    const kind = this.#random();
    if (id === undefined || (kind < 0.2 && ids.length < 30)) return this.#create(release, index);
    if (kind < 0.25) {
      expect(await release.ask("DELETE", `/Things/${id}`)).toMatchObject({ status: 204 });
      this.models.delete(id);
      return;
    }
    if (kind < 0.45) return this.#put(release, index, id);
    if (kind < 0.65) return this.#patchList(release, id);
    return this.#patch(release, index, id);
  }

  async #create(release: Release, index: number): Promise<void> {
    const id = `r${this.#next++}`;
    const model = this.#anyModel(index);
    if (this.#isDone(await release.create(id, bodyOf(model, index)), id, model)) this.models.set(id, model);
  }

  async #put(release: Release, index: number, id: string): Promise<void> {
    const model = this.#anyModel(index);
    if (!this.#isDone(await release.put(id, bodyOf(model, index)), id, model)) return;
    const unknown = [...(this.models.get(id) as Model)].filter(([name]) => !KNOWN[name].includes(index));
    this.models.set(id, new Map([...model, ...unknown]));
  }

  async #patch(release: Release, index: number, id: string): Promise<void> {
    const name = this.#anyOf(NAMES.filter((one) => one !== "list" && KNOWN[one].includes(index)));
    const model = this.models.get(id) as Model;
    const value = this.#random() < 0.3 ? undefined : this.#anyText();
    const operation =
      value === undefined
        ? { op: "remove", path: name }
        : { op: "replace", path: name, value: name === "single" && index === 1 ? [value] : value };
    const isDone = this.#isDone(
      await release.patch(id, operation),
      id,
      new Map(value === undefined ? [] : [[name, value]]),
    );
    if (!isDone) return;
    if (value === undefined) model.delete(name);
    else model.set(name, value);
  }

  async #patchList(release: Release, id: string): Promise<void> {
    const model = this.models.get(id) as Model;
    const values = new Set(model.get("list") ?? []);
    const value = this.#anyText().toLowerCase();
    const operation =
      this.#random() < 0.5
        ? { op: "add", path: "list", value: [{ value }] }
        : { op: "remove", path: `list[value eq "${value}"]` };
    if (operation.op === "add") values.add(value);
    else values.delete(value);
    const note = { op: "replace", path: "note", value: this.#anyText() };
    const answer = await release.patch(id, operation, ...(this.#random() < 0.3 ? [note] : []));
    expect([200, 204]).toContain(answer.status);
    if (values.size === 0) model.delete("list");
    else model.set("list", values);
  }

  /** Whether it was done; what was refused, must have been because another one has such a value. */
  #isDone({ status, json }: { readonly status: number; readonly json: unknown }, id: string, model: Model): boolean {
    if (status === 409) {
      const others = [...this.models].filter(([other]) => other !== id).map(([, other]) => other);
      const isTaken = UNIQUE.some(
        (name) => model.has(name) && others.some((other) => keyOf(other.get(name)) === keyOf(model.get(name))),
      );
      expect({ json, isTaken }).toMatchObject({ json: { scimType: "uniqueness" }, isTaken: true });
      return false;
    }
    expect([200, 201, 204], JSON.stringify(json)).toContain(status);
    return true;
  }

  #anyModel(index: number): Model {
    const model: Model = new Map();
    for (const name of NAMES) {
      if (!KNOWN[name].includes(index) || this.#random() < 0.5) continue;
      const list = Array.from({ length: 1 + this.#below(4) }, () => this.#anyText().toLowerCase());
      model.set(name, name === "list" ? new Set(list) : this.#anyText());
    }
    return model;
  }

  #anyText(): string {
    const text = `text ${this.#below(40)}`;
    return this.#random() < 0.3 ? text.toUpperCase() : text;
  }

  #anyOf<T>(list: readonly T[]): T {
    return list[this.#below(list.length)] as T;
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }
}

/** A model as a release sends it. */
function bodyOf(model: Model, index: number): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const [name, value] of model)
    if (typeof value !== "string") body[name] = [...value].map((one) => ({ value: one }));
    else if (name.startsWith(EXTRA)) body[EXTRA] = { code: value };
    else body[name] = name === "single" && index === 1 ? [value] : value;
  return body;
}
