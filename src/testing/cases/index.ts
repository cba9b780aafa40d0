import type { StorageCapabilities } from "../../storage/adapter.ts";
import type { Case } from "../case.ts";
import { abort } from "./abort.ts";
import { accepts } from "./accepts.ts";
import { computed } from "./computed.ts";
import { copies } from "./copies.ts";
import { create } from "./create.ts";
import { decisions } from "./decisions.ts";
import { remove } from "./delete.ts";
import { deltas } from "./deltas.ts";
import { faults } from "./faults.ts";
import { filters } from "./filters.ts";
import { grants } from "./grants.ts";
import { ledger } from "./ledger.ts";
import { missingReferences } from "./missing-references.ts";
import { moving } from "./moving.ts";
import { outbox } from "./outbox.ts";
import { cursorCases, pageCases, sortCases } from "./pages.ts";
import { processes } from "./processes.ts";
import { randomCases } from "./random.ts";
import { read } from "./read.ts";
import { references } from "./references.ts";
import { releases } from "./releases.ts";
import { replace } from "./replace.ts";
import { returning } from "./returning.ts";
import { secrets } from "./secrets.ts";
import { serviceCases } from "./service.ts";
import { streams } from "./streams.ts";
import { tenants } from "./tenants.ts";
import { transactions } from "./transactions.ts";
import { uniqueness } from "./uniqueness.ts";
import { upkeep } from "./upkeep.ts";
import { values } from "./values.ts";
import { versions } from "./versions.ts";

/** What the cases of a run depend on. */
export interface CaseOptions {
  /** Queries in each random comparison. */
  readonly runs: number;
  /** Where in the random comparisons a counter-example was. */
  readonly path: string | undefined;
  /** What the author declared to the kit. */
  readonly capabilities: StorageCapabilities | undefined;
}

/** All cases, in the order in which they run: what everything else builds on comes first. */
export function casesOf({ runs, path, capabilities }: CaseOptions): readonly Case[] {
  return [
    ...create,
    ...read,
    ...replace,
    ...remove,
    ...versions,
    ...copies,
    ...values,
    ...uniqueness,
    ...tenants,
    ...references,
    ...missingReferences,
    ...computed,
    ...deltas,
    ...filters,
    ...sortCases,
    ...pageCases,
    ...cursorCases,
    ...streams,
    ...secrets,
    ...abort,
    ...transactions,
    ...faults,
    ...releases,
    ...upkeep,
    ...decisions,
    ...outbox,
    ...ledger,
    ...returning,
    ...grants,
    ...moving,
    ...accepts,
    ...processes,
    ...randomCases(runs, path),
    ...serviceCases(capabilities),
  ];
}
