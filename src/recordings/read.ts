import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Sample, World } from "./sample.ts";
import { isSession, type Session } from "./session.ts";

/** A file that can be played. */
export type Recording =
  | { readonly kind: "sample"; readonly file: string; readonly sample: Sample }
  | { readonly kind: "session"; readonly file: string; readonly session: Session };

/** What was found below a path; `world` where a file `store.json` is among it. */
export interface Found {
  readonly recordings: readonly Recording[];
  readonly world?: World;
  /** Files that are no recordings, and why. */
  readonly others: readonly string[];
}

/** Reads a recording, or every one below a folder, by name. @throws {Error} of Node's, where there is nothing */
export function findRecordings(path: string): Found {
  const files = statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true })
        .map((name) => join(path, String(name)))
        .filter((file) => file.endsWith(".json") && statSync(file).isFile())
        .sort()
    : [path];
  const recordings: Recording[] = [];
  const others: string[] = [];
  for (const file of files.filter((name) => !isStore(name))) {
    const found = recordingIn(file);
    if (typeof found === "string") others.push(`${file} ${found}`);
    else recordings.push(found);
  }
  const store = [...files.filter(isStore), join(path, "..", "store.json"), join(path, "../..", "store.json")].find(
    existsSync,
  );
  const world = store === undefined ? undefined : jsonOf(store);
  return { recordings, others, ...(isWorld(world) ? { world } : {}) };
}

const isStore = (file: string): boolean => /(?:^|[\\/])store\.json$/.test(file);

function isWorld(value: unknown): value is World {
  const { users, groups } = (value ?? {}) as Partial<Record<keyof World, unknown>>;
  return Array.isArray(users) && Array.isArray(groups);
}

function recordingIn(file: string): Recording | string {
  const value = jsonOf(file);
  if (value === undefined) return "is no JSON";
  if (isSession(value)) return { kind: "session", file, session: value };
  return isSample(value)
    ? { kind: "sample", file, sample: { given: {}, ...value } as Sample }
    : "is no recording: it has neither exchanges, nor request and expect";
}

function isSample(value: unknown): value is Partial<Sample> {
  const { request, expect } = (value ?? {}) as Partial<Sample>;
  return typeof request?.method === "string" && typeof request.path === "string" && expect?.status !== undefined;
}

function jsonOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
