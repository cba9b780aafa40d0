import type { Check } from "../../check.ts";
import { characteristics } from "./characteristics.ts";
import { documents } from "./documents.ts";

/** What `/Schemas` describes. @see RFC 7643 §7 */
export const schemas: readonly Check[] = [...documents, ...characteristics];
