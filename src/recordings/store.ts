import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Sample, World } from "./sample.ts";

/** Recordings, and the world that is there before each of them. */
export interface Recordings {
  readonly samples: readonly Sample[];
  readonly world: World;
}

/** What `scripts/command.mjs` puts beside the command: a package does not carry the folder of tests. */
const PACKED = new URL("./recordings.json", import.meta.url);
const FOLDER = new URL("../../test/interop/", import.meta.url);

let own: Recordings | undefined;

/** The recordings that came with the command; those of the repository where it runs from its source. */
export function ownRecordings(): Recordings {
  own ??= existsSync(PACKED) ? (JSON.parse(readFileSync(PACKED, "utf8")) as Recordings) : readRecordings(FOLDER);
  return own;
}

/** Reads a folder as test/interop/README.md describes it. */
export function readRecordings(folder: URL): Recordings {
  const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, folder), "utf8"));
  const list = (path: string): readonly string[] => readdirSync(new URL(path, folder)).sort();
  return {
    world: read("store.json") as World,
    samples: list("samples").flatMap((client) =>
      list(`samples/${client}`).map((file) => read(`samples/${client}/${file}`) as Sample),
    ),
  };
}
