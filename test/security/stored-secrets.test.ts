import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { type AttributeLiteral, defineResourceType, defineSchema, type StorageAdapter } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { openSqlite, sqlStorage } from "../../src/storage/sql/index.ts";
import { directory } from "../support/directory.ts";
import { patchOf } from "../support/patching.ts";

const THING = "urn:example:params:scim:schemas:Thing";
const EXTRAS = "urn:example:params:scim:schemas:Extras";
/** With characters that JSON, URLs and base64 write in another way. */
const SECRET = 'canary "4f1c/é+9a"';

const secret = { mutability: "writeOnly" } as const;
const PLACES: Readonly<Record<string, readonly [AttributeLiteral, value: unknown]>> = {
  text: [secret, SECRET],
  texts: [{ ...secret, multiValued: true }, ["other", SECRET]],
  complex: [
    { ...secret, type: "complex", subAttributes: { user: {}, pin: secret } },
    { user: "u", pin: SECRET },
  ],
  elements: [{ ...secret, type: "complex", multiValued: true, subAttributes: { value: {} } }, [{ value: SECRET }]],
};
const literals = Object.fromEntries(Object.entries(PLACES).map(([name, [literal]]) => [name, literal]));
const values = Object.fromEntries(Object.entries(PLACES).map(([name, [, value]]) => [name, value]));

function typeWith(attributes: Readonly<Record<string, AttributeLiteral>>) {
  const define = (id: string) => defineSchema({ id, name: "Thing", attributes: { label: {}, ...attributes } });
  return defineResourceType({ name: "Thing", schema: define(THING) }).extend(define(EXTRAS));
}

/** The spellings of a secret in what came out. */
function found(text: string): readonly string[] {
  const bytes = Buffer.from(SECRET);
  const json = JSON.stringify(SECRET).slice(1, -1);
  return [
    SECRET,
    json,
    json.replaceAll("é", "\\u00e9"),
    encodeURIComponent(SECRET),
    bytes.toString("hex"),
    // However it is aligned, its middle has one of three spellings.
    ...[0, 1, 2].map((skip) => Buffer.from(bytes.subarray(skip, skip + 15)).toString("base64")),
  ].filter((spelling) => text.includes(spelling));
}

/** All that comes out of a service while secrets are written in every way, and what the storage holds then. */
async function capture(storage: StorageAdapter, dump: () => Promise<string>): Promise<string> {
  const { ask, events } = directory({ resourceTypes: [typeWith(literals)], storage });
  const out: unknown[] = [];
  const say = async (...request: Parameters<typeof ask>) => {
    const answer = await ask(...request);
    out.push(answer.body, answer.headers);
    return answer;
  };
  const body = { schemas: [THING, EXTRAS], label: "x", ...values, [EXTRAS]: values };
  const created = await say("POST", "/Things", body);
  expect(created.status).toBe(201);
  const path = `/Things/${created.json.id}`;
  expect((await say("PUT", path, { ...body, label: "y" })).status).toBe(200);
  for (const [name, [, value]] of Object.entries(PLACES))
    for (const where of [name, `${EXTRAS}:${name}`])
      for (const op of ["add", "replace"])
        expect((await say("PATCH", path, patchOf({ op, path: where, value }))).status).toBeLessThan(300);
  expect(
    (await say("PATCH", path, patchOf({ op: "add", value: { ...values, [EXTRAS]: values } }))).status,
  ).toBeLessThan(300);
  for (const where of ["complex.pin", `${EXTRAS}:complex.pin`, `elements[value eq "x"].value`, "elements.value"])
    for (const op of ["add", "replace", "remove"])
      expect((await say("PATCH", path, patchOf({ op, path: where, value: SECRET }))).status, `${op} ${where}`).toBe(
        400,
      );
  await say("GET", path);
  await say("GET", `/Things?filter=${encodeURIComponent('text pr or complex.pin pr or label eq "y"')}`);
  return [await dump(), inspect(out, { depth: 20 }), ...out.map(String), inspect(events, { depth: 20 })].join("\n");
}

async function inSqlite(hashSecret?: (attribute: string, value: unknown) => unknown): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "scimkit-secrets-"));
  const db = await openSqlite(join(folder, "scim.db"));
  try {
    const storage = sqlStorage({ db, ...(hashSecret === undefined ? {} : { hashSecret }) });
    await storage.prepare();
    return await capture(storage, async () =>
      readdirSync(folder)
        .map((name) => readFileSync(join(folder, name)))
        .flatMap((bytes) => [bytes.toString("latin1"), bytes.toString("utf8")])
        .join("\n"),
    );
  } finally {
    await db.destroy();
    rmSync(folder, { recursive: true, force: true });
  }
}

test.each([
  ["with hashSecret", () => "hashed"],
  ["without", undefined],
])("no writeOnly value of any shape is in a database file, its log, an answer or an event, %s", async (_name, hash) => {
  expect(found(await inSqlite(hash))).toEqual([]);
});

test("none is in what memory storage gives back, or in an answer or an event", async () => {
  const inner = memoryStorage({ hashSecret: () => "hashed" });
  const given: unknown[] = [];
  const storage: StorageAdapter = {
    ...inner,
    async get(...request) {
      const stored = await inner.get(...request);
      given.push(stored);
      return stored;
    },
    async replace(request, context) {
      given.push(request.resource, request.before);
      return inner.replace(request, context);
    },
  };
  expect(found(await capture(storage, async () => inspect(given, { depth: 20 })))).toEqual([]);
});

test("the search finds one that is kept as it came, in whatever spelling", async () => {
  expect(found(await inSqlite((_attribute, value) => value))).not.toEqual([]);
  for (const encoding of ["hex", "base64"] as const)
    expect(found(Buffer.from(SECRET).toString(encoding)), encoding).toHaveLength(1);
  expect(found(encodeURIComponent(SECRET))).toHaveLength(1);
  expect(found(JSON.stringify({ a: SECRET }))).toHaveLength(1);
});

test("what was in clear before it was writeOnly is gone from resource and answers with the next write, and is hashed", async () => {
  const hashed: unknown[] = [];
  const storage = memoryStorage({ hashSecret: (_attribute, value) => hashed.push(value) });
  const plain = directory({ resourceTypes: [typeWith({ text: {} })], storage });
  const { json } = await plain.ask("POST", "/Things", { schemas: [THING], label: "x", text: SECRET });
  const { ask, events } = directory({ resourceTypes: [typeWith({ text: secret })], storage });
  const path = `/Things/${json.id}`;
  const answers = [
    await ask("GET", path),
    await ask("PATCH", path, patchOf({ op: "replace", path: "label", value: "y" })),
    await ask("GET", path),
  ];
  expect(hashed).toEqual([SECRET]);
  expect(found(inspect([answers, events], { depth: 20 }))).toEqual([]);
  expect((await plain.ask("GET", path)).json).not.toHaveProperty("text");
});
