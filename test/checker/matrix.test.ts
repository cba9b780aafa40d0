import type { RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import { Hono } from "hono";
import { bearerToken, createScim, EnterpriseUserSchema, Group, type Scim, type ScimOptions, User } from "scimkit";
import { fetchHandler } from "scimkit/fetch";
import { memoryStorage } from "scimkit/memory";
import { nodeHandler } from "scimkit/node";
import type { StorageAdapter } from "scimkit/storage";
import { afterAll, describe, expect, test } from "vitest";
import { checks } from "../../src/checker/checks/index.ts";
import type { Report } from "../../src/checker/report.ts";
import { runChecks } from "../../src/checker/run-checks.ts";
import { closed, listening } from "../hosts/wire.ts";
import { mariadbEngines } from "../storage/sql/engines/mariadb.ts";
import { type Engine, hasPostgres, pgliteEngine, postgresEngine, sqliteEngine } from "../storage/sql/engines.ts";
import { pickSize } from "../support/size.ts";

const PATH = "/scim/v2";
const TOKEN = "token-of-the-matrix-of-servers";
const TIME = 300_000;

const HOSTS: Readonly<Record<string, (scim: Scim) => RequestListener>> = {
  "node:http": (scim) => nodeHandler(scim),
  Express: (scim) => express().use(PATH, nodeHandler(scim)),
  Hono: (scim) => {
    const handle = fetchHandler(scim);
    return getRequestListener(new Hono().all(`${PATH}/*`, (context) => handle(context.req.raw, context.env)).fetch);
  },
};

const engines: readonly Engine[] = [
  sqliteEngine("SQLite in memory"),
  hasPostgres ? postgresEngine() : pgliteEngine(),
  ...mariadbEngines(),
];
afterAll(async () => {
  for (const engine of engines) await engine.close();
});

const hashSecret = async (secret: string): Promise<string> => `hash of ${secret.length} letters`;
const STORAGES: readonly (readonly [name: string, open: () => StorageAdapter | Promise<StorageAdapter>])[] = [
  ["memory", () => memoryStorage({ hashSecret })],
  ...engines.map((engine) => [engine.name, async () => (await engine.open({ hashSecret })).storage] as const),
];

/** All pairs of a storage and a host (`SCIMKIT_SIZE=3`); else each storage, and each host, once. */
const pairs = Object.entries(HOSTS).flatMap(([host, listenerOf]) =>
  STORAGES.map(([storage, open]) => ({ host, listenerOf, storage, open })),
);
const hosts = Object.keys(HOSTS);
const short = pairs.filter(
  ({ host, storage }) => hosts[STORAGES.findIndex(([name]) => name === storage) % hosts.length] === host,
);
const PAIRS = pickSize("pairs of storage and host", { everyday: short.length, thorough: short.length });

/** Runs every check over HTTP. */
async function checkOver(
  listenerOf: (scim: Scim) => RequestListener,
  storage: StorageAdapter,
  options: Partial<ScimOptions> = {},
): Promise<Report> {
  let scim: Scim | undefined;
  const { server, port } = await listening((request, response) => {
    if (scim === undefined) throw new Error("The service is not there yet.");
    return listener(request, response);
  });
  const baseUrl = `http://127.0.0.1:${port}${PATH}`;
  scim = createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage,
    baseUrl,
    authenticate: bearerToken(TOKEN),
    ...options,
  });
  const listener = listenerOf(scim);
  try {
    return await runChecks({
      baseUrl,
      checks,
      fetch,
      authorize: async () => ({ authorization: `Bearer ${TOKEN}` }),
      secrets: new Set([TOKEN]),
    });
  } finally {
    await closed(server);
  }
}

function wrongIn({ results }: Report, ...levels: readonly string[]): readonly string[] {
  return results
    .filter(({ level, outcome }) => levels.includes(level) && (outcome === "failed" || outcome === "blocked"))
    .map(({ id, failure, reason }) => `${id}: ${failure?.seen ?? reason}`);
}

function tell(name: string, { summary, requests, ms }: Report): void {
  const counts = Object.entries(summary).map(
    ([level, { passed, failed, skipped, blocked }]) =>
      `${level} ${passed} passed, ${failed} failed, ${blocked} blocked, ${skipped} skipped`,
  );
  console.log(`${name}: ${counts.join("; ")}; ${requests} requests in ${ms} ms`);
}

describe("scimkit itself fails no check", () => {
  test.each((PAIRS < pairs.length ? short : pairs).map((pair) => [`${pair.storage}, ${pair.host}`, pair] as const))(
    "over %s",
    async (name, { listenerOf, open }) => {
      const report = await checkOver(listenerOf, await open());
      tell(name, report);
      expect(wrongIn(report, "must", "should", "client")).toEqual([]);
      expect(report.leftOver).toEqual([]);
    },
    TIME,
  );

  test(
    "under the profile strict but for what clients need that no RFC allows",
    async () => {
      const report = await checkOver((scim) => nodeHandler(scim), memoryStorage({ hashSecret }), { profile: "strict" });
      tell("strict", report);
      expect(wrongIn(report, "must", "should")).toEqual([]);
      expect(wrongIn(report, "client").map((line) => line.replace(/:[\s\S]*/, ""))).toEqual(NEEDS_OF_CLIENTS);
    },
    TIME,
  );
});

/** What strict refuses and clients send. */
const NEEDS_OF_CLIENTS: readonly string[] = [
  "clients/entra-active-text",
  "clients/remove-value-list",
  "clients/entra-element-made",
  "clients/entra-dotted-key",
  "clients/entra-urn-key",
  "clients/entra-manager-text",
  "clients/entra-primary-text",
  "clients/entra-match-by-element",
  "clients/unknown-beside",
  "clients/unknown-urn",
];
