// Which room may use which, from the ground up. A room is a folder of src, or a part of one; it sees the rooms that it names and
// no other. Each names only rooms above itself in this list, so that no circle of rooms can come to be. `npm run lint` checks it.
/** What the command may use of Node, which no other runtime loads. */
const NODE = [
  "node:events",
  "node:readline",
  "node:crypto",
  "node:fs",
  "node:fs/promises",
  "node:http",
  "node:path",
  "node:stream",
  "node:stream/consumers",
  "node:url",
  "node:util",
];

/** @type {readonly (readonly [name: string, path: string, uses: readonly string[], packages?: readonly string[]])[]} */
export const ROOMS = [
  ["error", "errors?\\.ts", []],
  ["time", "time-slice\\.ts", []],
  ["safe-parse", "safe-parse\\.ts", [], ["zod/mini", "zod/locales"]],
  ["schema", "schema/", ["error", "time"], ["zod"]],
  ["filter", "filter/", ["error", "time", "schema"], ["chevrotain"]],
  ["quirks", "quirks/", ["schema", "filter"]],
  ["patch", "patch/", ["error", "time", "schema", "filter"]],
  ["storage", "storage/(?!index)[^/]+\\.ts", ["error", "time", "schema", "filter"]],
  ["document", "storage/document/", ["error", "schema", "filter", "storage"]],
  ["storage-door", "storage/index\\.ts", ["error", "schema", "filter", "storage", "document"]],
  ["memory", "storage/memory/", ["error", "time", "schema", "filter", "storage"]],
  ["dialect", "storage/sql/dialect/", [], ["kysely"]],
  ["sql", "storage/sql/(?!index)[^/]+\\.ts", ["error", "time", "schema", "filter", "storage", "dialect"], ["kysely"]],
  ["drivers", "storage/sql/drivers/", ["dialect"], ["kysely", "node:sqlite", "node:worker_threads"]],
  ["own", "storage/sql/own/", ["error", "time", "schema", "filter", "storage", "dialect", "sql"], ["kysely"]],
  ["map", "storage/sql/map/", ["error", "time", "schema", "filter", "storage", "dialect", "sql"], ["kysely"]],
  ["sql-door", "storage/sql/index\\.ts", ["storage", "sql", "drivers", "own", "map"]],
  ["events", "events/", ["error", "schema", "patch", "storage"]],
  ["call", "call/", ["error", "time", "schema", "filter", "quirks", "patch", "storage", "events"]],
  ["operations", "operations/", ["error", "time", "schema", "filter", "patch", "storage", "events", "call"]],
  [
    "protocol",
    "protocol/",
    ["error", "time", "safe-parse", "schema", "filter", "patch", "storage", "call"],
    ["zod/mini"],
  ],
  [
    "service",
    "service/",
    ["error", "time", "safe-parse", "schema", "quirks", "storage", "events", "call", "operations", "protocol"],
    ["zod/mini"],
  ],
  ["scim", "scim\\.ts", ["error", "time", "schema", "storage", "call", "protocol", "service"]],
  ["transfer", "transfer/", ["error", "time", "schema", "storage", "call", "operations", "service", "scim"]],
  ["ownership", "ownership/", ["error", "schema", "storage", "call", "service", "scim"]],
  ["grants", "grants/", ["error", "schema", "filter", "storage", "events", "call", "operations", "service", "scim"]],
  ["hosts", "hosts/", ["error", "protocol", "scim"], ["node:http", "node:stream"]],
  ["client", "client/", ["error", "schema", "filter", "patch"]],
  [
    "testing",
    "testing/",
    ["error", "time", "schema", "filter", "storage", "memory", "events", "protocol", "service", "scim", "hosts"],
    ["fast-check", "node:net", "node:http"],
  ],
  [
    "index",
    "index\\.ts",
    ["error", "schema", "filter", "quirks", "storage", "events", "call", "protocol", "service", "scim"],
  ],
  ["recordings", "recordings/", ["schema", "client"], NODE],
  ["checker", "checker/", ["schema", "filter", "client", "recordings"], NODE],
  [
    "cli",
    "cli/",
    [
      "error",
      "schema",
      "filter",
      "quirks",
      "patch",
      "storage",
      "memory",
      "dialect",
      "sql",
      "sql-door",
      "own",
      "service",
      "scim",
      "transfer",
      "hosts",
      "client",
      "index",
      "recordings",
      "checker",
    ],
    [...NODE, "chevrotain"],
  ],
];

const pathOf = (name) => `^src/${ROOMS.find(([room]) => room === name)[1]}`;
const builtIn = (name) => name.startsWith("node:");
const nameOf = (name) => name.replace("node:", "");

const order = ROOMS.map(([name], place) => [name, place]);
for (const [name, , uses] of ROOMS) {
  const own = order.find(([room]) => room === name)[1];
  const wrong = uses.find((used) => !(order.find(([room]) => room === used)?.[1] < own));
  if (wrong !== undefined)
    throw new Error(`${name} uses ${wrong}, which does not stand before it in the list of rooms.`);
}

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...ROOMS.map(([name, , uses]) => ({
      name: `${name}-uses-only-what-it-names`,
      comment: `${name} may use ${uses.join(", ") || "no other room"}.`,
      severity: "error",
      from: { path: pathOf(name) },
      to: { path: "^src/", pathNot: [pathOf(name), ...uses.map(pathOf)] },
    })),
    ...ROOMS.map(([name, , , packages = []]) => ({
      name: `${name}-packages`,
      comment: `${name} may use ${packages.join(", ") || "no package and nothing of Node"}: the core runs on every runtime, and loads no driver.`,
      severity: "error",
      from: { path: pathOf(name) },
      to: {
        dependencyTypesNot: ["local"],
        pathNot: [
          "^src/",
          ...packages.map((one) => (builtIn(one) ? `^(node:)?${nameOf(one)}$` : `(^|/)node_modules/${one}/`)),
        ],
      },
    })),
    {
      name: "every-file-has-a-room",
      comment: "A file of src outside of the list: find its room, or give the list a new one.",
      severity: "error",
      from: { path: "^src/", pathNot: ROOMS.map(([name]) => pathOf(name)) },
      to: {},
    },
    { name: "no-circle-of-files", severity: "error", from: { path: "^src/" }, to: { circular: true } },
    {
      name: "no-unknown",
      comment: "An import that leads nowhere.",
      severity: "error",
      from: { path: "^src/" },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    // Arrows of types count too: what a reader follows is the import, whatever the compiler leaves of it.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "node", "default"] },
  },
};
