import type { Check } from "../../check.ts";
import { entraChecks } from "./entra.ts";
import { otherClientChecks } from "./others.ts";

/** What clients need beside what the RFCs ask. */
export const clientChecks: readonly Check[] = [...entraChecks, ...otherClientChecks];
