import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The folder of specifications and recordings that stands beside the repository where it is developed. */
export const SHARED = process.env.SCIMKIT_SHARED ?? fileURLToPath(new URL("../../../shared", import.meta.url));

/** Whether it is there. Without it the tests that need it are left out with a message; in CI they fail instead. */
export const hasShared = existsSync(SHARED);

export function readShared(path: string): unknown {
  return JSON.parse(readFileSync(`${SHARED}/${path}`, "utf8"));
}

export function listShared(path: string): readonly string[] {
  return readdirSync(`${SHARED}/${path}`).sort();
}
