// Checks the package as it would be published: publint, and the types under every module resolution.
import { spawnSync } from "node:child_process";

for (const [program, ...args] of [
  ["publint", "--strict"],
  ["attw", "--pack", ".", "--profile", "node16", "--no-color"],
]) {
  const { status } = spawnSync(program, args, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
