import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** What the entry points of the package export. */
interface Entries {
  scimkit: typeof import("scimkit");
  "scimkit/fetch": typeof import("scimkit/fetch");
  "scimkit/filter": typeof import("scimkit/filter");
  "scimkit/memory": typeof import("scimkit/memory");
  "scimkit/node": typeof import("scimkit/node");
  "scimkit/patch": typeof import("scimkit/patch");
  "scimkit/sql": typeof import("scimkit/sql");
  "scimkit/storage": typeof import("scimkit/storage");
}

/** A built scimkit: the one of this folder, or an older one that it is compared with. */
export interface Subject {
  /** Where its package.json lies. */
  readonly folder: string;
  /** Loads an entry point by the name under which users import it, through the `exports` of package.json. */
  load<K extends keyof Entries>(entry: K): Promise<Entries[K]>;
  /** The file that an entry point is, for a program of its own. */
  fileOf(entry: keyof Entries): string;
}

/** The scimkit that is built in a folder. */
export function subjectIn(path: string): Subject {
  const folder = resolve(path);
  const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, { readonly import: { readonly default: string } }>>;
  };
  const fileOf = (entry: keyof Entries): string => {
    const found = exports[entry.replace("scimkit", ".")];
    if (found === undefined) throw new Error(`${folder} has no entry point ${entry}.`);
    return join(folder, found.import.default);
  };
  return { folder, fileOf, load: (entry) => import(pathToFileURL(fileOf(entry)).href) };
}
