// Checks the package as it would be published: publint, the types under every module resolution, and what is below.
// Needs a fresh build.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { checkBundledClient } from "./package/bundled-client.mjs";
import { checkContents } from "./package/contents.mjs";
import { checkInstalled } from "./package/installed.mjs";
import { checkSnippets } from "./package/snippets.mjs";

for (const [program, ...args] of [
  ["publint", "--strict"],
  ["attw", "--pack", ".", "--profile", "node16", "--no-color"],
]) {
  const { status } = spawnSync(program, args, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

const problems = [
  ...checkContents(),
  ...(await checkBundledClient(fileURLToPath(new URL("..", import.meta.url)))),
  ...checkInstalled(),
  ...checkSnippets(),
];
for (const problem of problems) console.error(`package: ${problem}`);
if (problems.length > 0) process.exit(1);
console.log("package: contents, sizes, types, installation and snippets are as they should be");
