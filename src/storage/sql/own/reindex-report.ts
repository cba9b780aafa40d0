import { getOrCreate } from "../../get-or-create.ts";
import type { Finding, ReindexReport } from "../../upkeep.ts";

/** Most ids of one finding. */
const MOST_IDS = 100;

/** Where something was found. */
export interface Found {
  readonly tenant: string;
  readonly resourceType: string;
  readonly attribute: string;
  readonly id: string;
}

/** Gathers what a reindex does and finds. */
export class ReportBuilder {
  readonly #types: Map<string, { seen: number; rebuilt: number }>;
  readonly #findings = {
    duplicates: new Map<string, Gathered>(),
    secrets: new Map<string, Gathered>(),
    misfits: new Map<string, Gathered>(),
    unknown: new Map<string, Gathered>(),
  };
  /** Whether there are resources left that could not be made anew. */
  isAnyLeft = false;

  constructor(resourceTypes: Iterable<string>) {
    this.#types = new Map(Array.from(resourceTypes, (name) => [name, { seen: 0, rebuilt: 0 }]));
  }

  count(resourceType: string, what: "seen" | "rebuilt", by = 1): void {
    const counts = this.#types.get(resourceType);
    if (counts !== undefined) counts[what] += by;
  }

  /** Notes a finding, each once: only the first id of one may be told again. `more` tells findings of one attribute apart. */
  add(kind: "duplicates" | "secrets" | "misfits" | "unknown", { id, ...place }: Found, more = ""): void {
    const name = JSON.stringify([place.tenant, place.resourceType, place.attribute, more]);
    const gathered = getOrCreate(this.#findings[kind], name, () => ({ ...place, more, count: 0, ids: new Set() }));
    if (gathered.ids.has(id)) return;
    gathered.count++;
    if (gathered.ids.size < MOST_IDS) gathered.ids.add(id);
  }

  report(): ReindexReport {
    const { duplicates, secrets, misfits, unknown } = this.#findings;
    return {
      resourceTypes: [...this.#types].map(([name, counts]) => ({ name, ...counts })),
      duplicates: [...duplicates.values()].map((one) => ({ ...findingOf(one), value: one.more })),
      secrets: [...secrets.values()].map((one) => ({
        ...findingOf(one),
        outcome: one.more === "hashed" ? "hashed" : "kept",
      })),
      misfits: [...misfits.values()].map(findingOf),
      unknown: [...unknown.values()].map(findingOf),
      isComplete: !this.isAnyLeft && duplicates.size === 0,
    };
  }
}

interface Gathered extends Omit<Found, "id"> {
  readonly more: string;
  count: number;
  readonly ids: Set<string>;
}

function findingOf({ tenant, resourceType, attribute, count, ids }: Gathered): Finding {
  return {
    tenant: tenant === "" ? undefined : tenant,
    resourceType,
    attribute,
    count,
    ids: [...ids].sort(),
  };
}
