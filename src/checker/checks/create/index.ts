import type { Check } from "../../check.ts";
import { answers } from "./answers.ts";
import { conflicts } from "./conflicts.ts";
import { values } from "./values.ts";

/** Creating. @see RFC 7644 §3.3 */
export const create: readonly Check[] = [...answers, ...values, ...conflicts];
