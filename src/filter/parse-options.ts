import type { Filter } from "./ast.ts";
import type { FilterLimits } from "./limits.ts";

/** How a filter or a PATCH path is read. @see RFC 7644 §3.4.2.2 */
export interface FilterParseOptions {
  /** Bounds, checked before parsing. Default 8,192 UTF-16 code units, 32 levels, 256 comparisons. */
  readonly limits?: FilterLimits | undefined;
  /**
   * Accepts `emails[type eq "work"].value eq "x"` in filters, which the RFC's grammar lacks and Entra ID sends: it becomes
   * `emails[type eq "work" and value eq "x"]`. Default `true`; `false`: 400.
   */
  readonly valuePathComparison?: boolean | undefined;
  /**
   * Reads a bare word as operand (`externalId eq jyoung`), its text being the value until `resolveFilter` reads it by the type of the
   * attribute; a blank or a bracket ends it, and no keyword is one. `true`, `false`, `null` and numbers keep their types. Default
   * `false`: 400 with a detail that names the missing quotes.
   */
  readonly unquotedOperands?: boolean | undefined;
  /** Told where one of the two was read, and what stood there. */
  readonly tolerated?: ((reading: "valuePathComparison" | "unquotedOperands", text: string) => void) | undefined;
}

/**
 * A PATCH path, its URN not yet taken apart (that needs the schema). A path with a URN may be the URN of a schema alone, so
 * the dots behind its last colon are not counted here.
 * @see RFC 7644 §3.5.2 Figure 7
 */
export interface ParsedPath {
  /** `[URN:]attr[.sub]`, or a URN alone. */
  readonly path: string;
  /** The filter of a value path. */
  readonly filter?: Filter<string>;
  /** The sub-attribute behind the value path, without its dot. */
  readonly sub?: string;
}
