import type { Check } from "../../check.ts";
import { identifiers } from "./identifiers.ts";
import { meta } from "./meta.ts";
import { namedSchemas } from "./schemas.ts";

/** What every resource has. @see RFC 7643 §3 */
export const common: readonly Check[] = [...namedSchemas, ...identifiers, ...meta];
