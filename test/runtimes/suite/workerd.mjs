// Bundles the Worker as deployments do, starts it in workerd, and asks it from outside.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const tools = createRequire(process.env.SCIMKIT_TOOLS);
const { Miniflare } = tools("miniflare");
const { buildSync } = tools("esbuild");
const { runCases } = require("./cases.cjs");

buildSync({
  entryPoints: ["worker.mjs"],
  outfile: "worker.bundle.mjs",
  bundle: true,
  format: "esm",
  target: "es2022",
  conditions: ["workerd", "worker", "browser"],
});
const worker = new Miniflare({ modules: true, scriptPath: "worker.bundle.mjs", compatibilityDate: "2026-07-01" });
const result = await runCases((url, init) => worker.dispatchFetch(url, init), "https://example.com").catch((error) => ({
  passed: 0,
  failures: [String(error.stack ?? error)],
}));
writeFileSync(process.env.SCIMKIT_RESULT, JSON.stringify(result));
await worker.dispose();
process.exit(0);
