import type { Check } from "../../check.ts";
import { answers } from "./answers.ts";
import { values } from "./values.ts";

/** Replacing. @see RFC 7644 §3.5.1 */
export const replace: readonly Check[] = [...answers, ...values];
