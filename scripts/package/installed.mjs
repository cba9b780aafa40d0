// Unpacks the tarball into an empty folder, links the dependencies and uses it there, from ESM and from CommonJS.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

const USE = `
const scim = createScim({
  resourceTypes: [User.extend(EnterpriseUserSchema), Group],
  storage: memoryStorage(),
  baseUrl: "https://example.com/scim/v2",
  authenticate: bearerToken("a-long-random-secret"),
});
const handle = fetchHandler(scim);
const ask = (path, init = {}) => handle(new Request("https://example.com/scim/v2" + path, {
  ...init, headers: { Authorization: "Bearer a-long-random-secret", "Content-Type": "application/scim+json" },
}));
const created = await ask("/Users", { method: "POST", body: JSON.stringify({ schemas: [User.schema.id], userName: "ada" }) });
const found = await (await ask("/Users?filter=" + encodeURIComponent('userName eq "ADA"'))).json();
const refused = await ask("/Users/nobody");
let isOneClass = false;
try { parseFilter("userName zz 1"); } catch (error) { isOneClass = error instanceof ScimError; }
const isThere = [nodeHandler, queryByScan, createClient, applyPatch ?? true].every((value) => value !== undefined);
if (created.status !== 201 || found.totalResults !== 1 || refused.status !== 404 || !isOneClass || !isThere) {
  throw new Error(JSON.stringify({ created: created.status, found, refused: refused.status, isOneClass }));
}
`;
const NAMES = {
  scimkit: "bearerToken, createScim, EnterpriseUserSchema, Group, ScimError, User",
  "scimkit/storage": "queryByScan",
  "scimkit/memory": "memoryStorage",
  "scimkit/fetch": "fetchHandler",
  "scimkit/node": "nodeHandler",
  "scimkit/filter": "parseFilter",
  "scimkit/patch": "applyPatch",
  "scimkit/client": "createClient",
};

/** What the command is tried by, as npm links it. */
const COMMANDS = [["--version"], ["filter", 'userName eq "ada"'], ["check", "--list"], ["replay", "--help"]];

export function checkInstalled() {
  const folder = mkdtempSync(join(tmpdir(), "scimkit-"));
  try {
    const packed = spawnSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
      cwd: root,
      encoding: "utf8",
    });
    const [{ filename }] = JSON.parse(packed.stdout);
    const modules = join(folder, "node_modules");
    mkdirSync(modules);
    spawnSync("tar", ["-xzf", join(folder, filename), "-C", modules]);
    spawnSync("mv", [join(modules, "package"), join(modules, "scimkit")]);
    const { dependencies = {} } = JSON.parse(readFileSync(join(modules, "scimkit/package.json"), "utf8"));
    for (const name of Object.keys(dependencies)) symlinkSync(join(root, "node_modules", name), join(modules, name));
    writeFileSync(join(folder, "package.json"), "{}");
    const esm = Object.entries(NAMES).map(([path, names]) => `import { ${names} } from "${path}";`);
    const cjs = Object.entries(NAMES).map(([path, names]) => `const { ${names} } = require("${path}");`);
    writeFileSync(join(folder, "use.mjs"), `${esm.join("\n")}${USE}`);
    writeFileSync(join(folder, "use.cjs"), `${cjs.join("\n")}(async () => {${USE}})();`);
    const command = join(modules, "scimkit/dist/cli/scimkit.js");
    return [["use.mjs"], ["use.cjs"], ...COMMANDS.map((words) => [command, ...words])].flatMap((words) => {
      const { status, stderr } = spawnSync("node", words, { cwd: folder, encoding: "utf8" });
      return status === 0 ? [] : [`${words.join(" ")} in an empty folder failed: ${stderr.slice(0, 1000)}`];
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
