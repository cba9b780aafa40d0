import { afterAll, describe, expect, test } from "vitest";
import { isScimError } from "../../../../src/error.ts";
import { sqlStorage } from "../../../../src/storage/sql/index.ts";
import { AT, callsOf } from "../calls.ts";
import { type Opened, someEngines } from "../engines.ts";
import { expectFresh, PARTS, type Release, releaseOf, tablesOf } from "./releases.ts";

const SEED = Number(process.env.SCIMKIT_SEED ?? Date.now() % 100_000);
/** How many writers of each release there are, and how much each does. */
const [WRITERS, WRITES] = [2, 25];

const OLD = releaseOf({ name: {}, code: {}, slot: {}, parts: PARTS, out: { ...PARTS, scimkit: { collection: true } } });
const NOW = releaseOf({
  name: { uniqueness: "server" },
  code: { caseExact: true },
  slot: {},
  parts: { ...PARTS, scimkit: { collection: true } },
  out: PARTS,
});

/** The same numbers for the same seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Writes at random as a process of a release does; gives what each resource was last said to be, undefined of what is gone. */
async function write(
  opened: Opened,
  { type }: Release,
  seed: number,
): Promise<ReadonlyMap<string, string | undefined>> {
  const { db, tables } = opened;
  const storage = sqlStorage({ db, ...(tables.schema === undefined ? {} : { schema: tables.schema }) });
  const calls = callsOf(storage, {});
  const random = randomOf(seed);
  const facts = new Map<string, string | undefined>();
  const itemOf = (slot: string) => ({
    name: `n${seed}-${random(4)}`,
    code: `C${random(3)}`,
    slot,
    parts: [{ value: `p${random(3)}`, kind: "K" }],
    ...(random(2) === 0 ? {} : { out: [{ value: `o${random(3)}` }, { value: "o" }] }),
  });
  const replace = async (id: string, slot: string) => {
    const before = await calls.get(type, id);
    if (before === undefined) throw new Error(`${id} is lost`);
    const resource = { ...itemOf(slot), schemas: before.schemas, id, meta: before.meta };
    const request = { resourceType: type, id, before, resource, ifVersion: before.meta.version, secrets: {} };
    await storage.replace(
      { ...request, select: { includes: () => false }, checkReferences: {}, at: AT, notify: () => {} },
      {},
    );
  };
  for (let count = 0; count < WRITES; count++) {
    const ids = [...facts].flatMap(([id, slot]) => (slot === undefined ? [] : [id]));
    const id = ids[random(ids.length)];
    const slot = `s${count}`;
    const kind = id === undefined ? 0 : random(4);
    try {
      if (id === undefined || kind === 0) {
        const created = `w${seed}-${count}`;
        await calls.create(type, created, itemOf(slot));
        facts.set(created, slot);
      } else if (kind === 1) {
        await calls.remove(type, id);
        facts.set(id, undefined);
      } else {
        await replace(id, slot);
        facts.set(id, slot);
      }
    } catch (error) {
      // A name is taken.
      if (!isScimError(error) || error.scimType !== "uniqueness") throw error;
    }
  }
  return facts;
}

for (const engine of someEngines()) {
  describe(engine.name, () => {
    afterAll(() => engine.close());

    test(`beside writers of both releases nothing is lost, and nothing is stale afterwards (seed ${SEED})`, async () => {
      const opened = await engine.open();
      const calls = callsOf(opened.storage, {});
      for (let count = 0; count < 40; count++)
        await calls.create(OLD.type, `i${count}`, {
          name: `i${count % 38}`,
          parts: [{ value: "p" }],
          out: [{ value: "o" }],
        });
      const writing = [OLD, NOW].flatMap((release, index) =>
        Array.from({ length: WRITERS }, (_, writer) => write(opened, release, SEED + index * WRITERS + writer)),
      );
      const options = { resourceTypes: [NOW.definition], batchSize: 7 };
      await opened.storage.reindex(options);
      const facts = await Promise.all(writing);
      const { duplicates } = await opened.storage.reindex(options);

      const rows = await tablesOf(opened).rows();
      const doubtful = new Set(
        rows.filter(({ keys }) => JSON.parse(String(keys))["@shape"] === "?").map(({ id }) => id),
      );
      expect(await expectFresh(opened, NOW, (id) => doubtful.has(id))).toBe(rows.length);
      const documents = new Map(rows.map(({ id, document }) => [String(id), JSON.parse(String(document))]));
      for (const [id, slot] of facts.flatMap((one) => [...one]))
        expect([id, documents.get(id)?.slot]).toEqual([id, slot]);

      const sharing = Map.groupBy([...documents], ([, { name }]) => name as string);
      const shared = [...sharing]
        .filter(([, all]) => all.length > 1)
        .map(([name, all]) => [name, all.map(([id]) => id)]);
      expect(duplicates.map(({ value, ids }) => [value, ids]).sort()).toEqual(shared.sort());
      const marks = await tablesOf(opened).marks();
      expect(marks.filter((mark) => mark !== "?")).toHaveLength(1);
    });
  });
}
