import type * as z from "zod/mini";

/**
 * What checks the members of `T` at run time: one schema for each of its keys and for no other, so that a key that is
 * added to the interface alone, or to the check alone, does not compile. Keys by pattern (`urn:…`) are left to the check.
 */
export type ShapeOf<T> = {
  readonly [K in keyof T as Record<never, never> extends Record<K, 1> ? never : K]-?: z.core.$ZodType;
};
