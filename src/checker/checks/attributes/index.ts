import type { Check } from "../../check.ts";
import { excludedAttributes } from "./excluded.ts";
import { listAttributeChecks } from "./lists.ts";
import { namedAttributes } from "./named.ts";

/** What is returned. @see RFC 7644 §3.9 */
export const attributes: readonly Check[] = [...namedAttributes, ...excludedAttributes, ...listAttributeChecks];
