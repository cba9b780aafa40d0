import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const SCRIPTS = fileURLToPath(new URL("../../scripts", import.meta.url));

/** A clone in which everything is installed and built, and whose server connects to what it is told and says how it ends. */
function newClone(): string {
  const root = mkdtempSync(join(tmpdir(), "scimkit-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const name of ["run.mjs", "installed.mjs", "lock.mjs"]) cpSync(join(SCRIPTS, name), join(root, "scripts", name));
  const lock = JSON.stringify({ packages: {} });
  const files = {
    "src/index.ts": "",
    "package.json": "{}",
    "tsup.config.ts": "",
    "tsconfig.json": "{}",
    "scripts/chunks.mjs": "",
    "scripts/commonjs.mjs": "",
    "package-lock.json": lock,
    "node_modules/.package-lock.json": lock,
    "dist/index.d.ts": "",
    "dist/index.js": "",
    "examples/hono/start.ts": `
      const socket = require("node:net").connect(Number(process.env.PORT), "127.0.0.1", () => socket.write("up"));
      process.on("SIGTERM", () => socket.end("stopped", () => process.exit(0)));
      socket.on("close", () => process.exit(1));`,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

test("a task ends when the shell between npm and it is ended, which hands no signal on", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  // The second command keeps every shell from giving its own process to the first.
  const shell = spawn("/bin/sh", ["-c", "node scripts/run.mjs start; true"], {
    cwd: newClone(),
    env: { ...process.env, npm_lifecycle_event: "start", PORT: String(port) },
    stdio: "ignore",
  });
  const [socket] = await once(server, "connection");
  socket.setEncoding("utf8");
  expect((await once(socket, "data"))[0]).toBe("up");
  shell.kill("SIGTERM");
  expect((await once(socket, "data"))[0]).toBe("stopped");
});
