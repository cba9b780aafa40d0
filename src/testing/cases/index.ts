import type { ResourceType } from "../../schema/resource-type.ts";
import type { StorageCapabilities } from "../../storage/adapter.ts";
import type { Case } from "../case.ts";
import { computed } from "./computed.ts";
import { copies } from "./copies.ts";
import { create } from "./create.ts";
import { remove } from "./delete.ts";
import { deltas } from "./deltas.ts";
import { read } from "./read.ts";
import { references } from "./references.ts";
import { replace } from "./replace.ts";
import { tenants } from "./tenants.ts";
import { uniqueness } from "./uniqueness.ts";
import { values } from "./values.ts";
import { versions } from "./versions.ts";

/** What the cases of a run depend on. */
export interface CaseOptions {
  readonly resourceTypes: readonly ResourceType[];
  readonly runs: number;
  readonly capabilities: StorageCapabilities | undefined;
}

/** All cases, in the order in which they run: what everything else builds on comes first. */
export function casesOf(_options: CaseOptions): readonly Case[] {
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
    ...computed,
    ...deltas,
  ];
}
