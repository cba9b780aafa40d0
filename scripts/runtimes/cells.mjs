// Which runtime is tried with which loader, host and storage.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const versionOf = (folder) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;

/** Each with its command, run in the stranger's folder; `type` is that of the stranger's package.json, `commonjs` by default. */
export function cellsOf(root, room) {
  const tool = (path) => join(room, "node_modules", path);
  const nodeIn = (folder) => [`Node ${versionOf(folder)}`, join(folder, "bin/node")];
  const cells = [];
  const add = (runtime, loader, command, { hosts = ["fetchHandler"], storages = ["memory"], ...more } = {}) => {
    for (const storage of storages)
      for (const host of hosts) cells.push({ runtime, loader, host, storage, command, ...more });
  };
  const onNode = ["fetchHandler", "nodeHandler"];
  const both = ["memory", "openSqlite"];

  for (const folder of [tool("node-core-floor"), tool("node-lts-floor")]) {
    const [name, node] = nodeIn(folder);
    add(name, "require", [node, "require.cjs"], { hosts: onNode });
    add(name, "import", [node, "import.mjs"], { hosts: onNode });
    add(name, "require", [node, "too-old.cjs"], { hosts: ["-"], storages: ["openSqlite says its floor"] });
  }
  const [before, beforeNode] = nodeIn(tool("node-sqlite-before"));
  add(before, "require", [beforeNode, "too-old.cjs"], { hosts: ["-"], storages: ["openSqlite says its floor"] });
  for (const folder of [tool("node-sqlite-floor"), join(root, "node_modules/node")]) {
    const [name, node] = nodeIn(folder);
    add(name, "require", [node, "require.cjs"], { hosts: onNode, storages: both });
    add(name, "import", [node, "import.mjs"], { hosts: onNode, storages: both });
  }
  const [name, node] = nodeIn(join(root, "node_modules/node"));
  const jest = [tool("jest/bin/jest.js"), "--rootDir", ".", "--testMatch"];
  const vitest = [tool("vitest/vitest.mjs"), "run", "--root", ".", "--globals", "globals.test.mjs"];
  const tsx = `tsx ${versionOf(tool("tsx"))}`;
  add(name, `${tsx}, "type": "commonjs"`, [node, tool("tsx/dist/cli.mjs"), "typescript.ts"], { hosts: onNode });
  add(name, `${tsx}, "type": "module"`, [node, tool("tsx/dist/cli.mjs"), "typescript.ts"], {
    hosts: onNode,
    type: "module",
  });
  add(name, `Jest ${versionOf(tool("jest"))}, CommonJS`, [node, ...jest, "**/jest.test.cjs"], { hosts: onNode });
  // Kysely has ES modules alone, which Jest lets a CommonJS module require under this flag.
  add(
    name,
    `Jest ${versionOf(tool("jest"))}, CommonJS, --experimental-vm-modules`,
    [node, "--experimental-vm-modules", ...jest, "**/jest.test.cjs"],
    { storages: ["openSqlite"] },
  );
  add(
    name,
    `Jest ${versionOf(tool("jest"))}, ES modules`,
    [node, "--experimental-vm-modules", ...jest, "**/globals.test.mjs"],
    {
      hosts: onNode,
      storages: both,
    },
  );
  add(name, `Vitest ${versionOf(tool("vitest"))}`, [node, ...vitest], { hosts: onNode, storages: both });

  const bun = tool("bun/bin/bun.exe");
  const onBun = { hosts: ["fetchHandler", "Bun.serve", "nodeHandler"] };
  add(`Bun ${versionOf(tool("bun"))}`, "require", [bun, "require.cjs"], onBun);
  add(`Bun ${versionOf(tool("bun"))}`, "import", [bun, "import.mjs"], { ...onBun, storages: both });
  add(`Bun ${versionOf(tool("bun"))}`, "import", [bun, "bun-kit.mjs"], {
    hosts: ["-"],
    storages: ["bun:sqlite, the kit"],
  });
  add(`Deno ${versionOf(tool("deno"))}`, "import", [node, tool("deno/bin.cjs"), "run", "-A", "import.mjs"], {
    hosts: ["fetchHandler", "Deno.serve", "nodeHandler"],
    storages: both,
  });
  add(`workerd ${versionOf(tool("workerd"))}`, "esbuild", [node, "workerd.mjs"], {
    hosts: ["export default { fetch }"],
  });
  return cells;
}
