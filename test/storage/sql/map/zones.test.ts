import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { describe, expect, test } from "vitest";
import { hasPostgres, POSTGRES_URL } from "../engines.ts";

const script = fileURLToPath(new URL("./zones.ts", import.meta.url));

/** Runs the script in a process of a time zone. */
function runIn(zone: string, options: readonly string[]): Promise<unknown> {
  return new Promise((resolve, reject) =>
    execFile(process.execPath, [script, ...options], { env: { ...process.env, TZ: zone } }, (error, stdout, stderr) =>
      error === null ? resolve(JSON.parse(stdout)) : reject(new Error(stderr)),
    ),
  );
}

const sql = async (text: string): Promise<void> => {
  const client = new pg.Client({ connectionString: POSTGRES_URL });
  await client.connect();
  await client.query(text);
  await client.end();
};

const expected = {
  old: {
    plain: "2026-07-01T02:30:00.500Z",
    zoned: expect.stringMatching(/^2026-07-01T02:30:00\.50*Z$/),
    text: "2026-07-01T02:30:00.000Z",
    day: "2026-07-01T00:00:00.000Z",
    meta: { created: "2026-01-15T10:00:00.000Z", lastModified: "2026-03-08T02:30:00.250Z" },
  },
  isUnchanged: true,
  stored: expect.stringMatching(/^2026-10-31[ T]20:00:01/),
  isNow: true,
  found: {
    plain: ["old"],
    zoned: ["old"],
    text: ["old"],
    day: ["old"],
    created: ["old"],
    modified: ["old"],
    new: ["new"],
    sorted: ["old", "new"],
  },
};

/** Zones in which the times of the script come twice, or never, or half an hour beside. */
const zones = [
  ["America/New_York", "Asia/Kolkata"],
  ["Asia/Kolkata", "America/New_York"],
  ["UTC", "UTC"],
];

describe("Times without a zone are UTC, in answers, filters and writes, wherever the process and the session are", () => {
  test.each(zones)("SQLite, in %s", async (zone) => {
    expect(await runIn(zone as string, [])).toMatchObject(expected);
  });

  if (!hasPostgres) return;
  test.each(zones)("PostgreSQL, in %s with a session in %s", async (zone, sessionZone) => {
    const schema = `scimkit_zones_${process.pid}_${crypto.randomUUID().slice(0, 8)}`;
    await sql(`CREATE SCHEMA ${schema}`);
    try {
      const options = [`--url=${POSTGRES_URL}`, `--schema=${schema}`, `--sessionZone=${sessionZone}`];
      expect(await runIn(zone as string, options)).toMatchObject(expected);
    } finally {
      await sql(`DROP SCHEMA ${schema} CASCADE`);
    }
  });
});
