import { en } from "zod/locales";
import * as z from "zod/mini";

/** Whatever language the host has chosen for its own Zod: all copies of Zod in a process share that choice, and so none is made here. */
const IN_ENGLISH = { error: en().localeError };

/** What a value is, read by a schema; or what is wrong with it, in English. */
export function safeParse<T>(schema: z.ZodMiniType<T>, value: unknown): z.core.util.SafeParseResult<T> {
  return z.safeParse(schema, value, IN_ENGLISH);
}
