import type { Check } from "../../check.ts";
import { envelope } from "./envelope.ts";
import { requests } from "./requests.ts";

/** Errors. @see RFC 7644 §3.12 */
export const errors: readonly Check[] = [...requests, ...envelope];
