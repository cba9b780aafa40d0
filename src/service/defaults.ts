import { DEFAULT_LIMITS, type Limits } from "../call/limits.ts";
import type { Pagination, PaginationOptions } from "../call/pagination.ts";
import { profiles } from "../quirks/profiles.ts";
import type { Quirk } from "../quirks/quirk.ts";
import { comparisonKey } from "../schema/comparison-key.ts";
import type { Context } from "../storage/adapter.ts";
import type { AuthenticationScheme, CursorOptions, ScimOptions } from "./options.ts";

/** Options that are there or not: where one is left out, nobody is asked, told or sent away. */
type WithoutDefault =
  | "resourceTypes"
  | "storage"
  | "baseUrl"
  | "path"
  | "authenticate"
  | "unsafeNoAuthentication"
  | "tenant"
  | "throttle"
  | "resolveMe"
  | "authorize"
  | "decide"
  | "isReadable"
  | "documentationUri"
  | "timeout"
  | "on"
  | "observe"
  | "idFor";

/** Options whose default depends on more than themselves; see `settlePagination` and `settlePatchResponse`. */
type Dependent = "pagination" | "patchResponse";

type WithDefault<C extends Context> = Required<Omit<ScimOptions<C>, WithoutDefault | Dependent>>;

/** Options of `createScim` with every default applied that the options alone decide on. */
export interface SettledOptions<C extends Context>
  extends Pick<ScimOptions<C>, WithoutDefault | Dependent>,
    WithDefault<C> {
  readonly limits: Limits;
  readonly cursors: CursorOptions<C> & Required<Pick<CursorOptions<C>, "secret" | "timeout">>;
}

const BEARER: AuthenticationScheme = {
  type: "oauthbearertoken",
  name: "Bearer token",
  description: "An OAuth 2.0 bearer token in the Authorization header.",
  specUri: "https://www.rfc-editor.org/info/rfc6750",
  primary: true,
};

/** What holds where an option is left out. A new option has its default here, or is named above as one without. */
export const DEFAULTS = Object.freeze({
  profile: "interop",
  unknownAttributes: "ignore",
  canonicalValues: "suggest",
  formats: "ignore",
  references: "check",
  writableGroups: false,
  outbox: false,
  putOmitted: "clear",
  etags: true,
  neMultiValued: "any",
  rootQueries: true,
  // No secret: one is made when the first cursor comes or goes.
  cursors: { secret: [], timeout: 3600 },
  sensitiveAttributes: [],
  anonymousDiscovery: true,
  authenticationSchemes: [BEARER],
  announce: {},
  limits: DEFAULT_LIMITS,
  bulk: true,
  comparisonKey,
  now: () => new Date(),
  timer: () => performance.now(),
  newId: () => crypto.randomUUID(),
} satisfies WithDefault<Context>);

/** Applies the defaults, once for all requests. */
export function settle<C extends Context>(options: ScimOptions<C>): SettledOptions<C> {
  return Object.freeze({
    ...fill(options, DEFAULTS),
    limits: Object.freeze(fill(options.limits ?? {}, DEFAULTS.limits)),
    cursors: Object.freeze(fill(options.cursors ?? {}, DEFAULTS.cursors)),
  });
}

/** Puts in what is not given; a member that is undefined is not. */
function fill<T extends object, K extends keyof T>(given: T, defaults: { readonly [P in K]-?: T[P] }) {
  const stated = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...(Object.fromEntries(stated) as T) };
}

/** Under `strict`, a PATCH is always answered with the resource. */
export function settlePatchResponse(
  given: "auto" | "resource" | undefined,
  rules: readonly Quirk[],
): "auto" | "resource" {
  return given ?? (rules === profiles.strict ? "resource" : "auto");
}

/**
 * How pages are asked for. `canCursor`: every storage adapter can page by cursor.
 * @throws {TypeError} for no way at all, a default that is off, and cursors where an adapter has none.
 */
export function settlePagination(options: PaginationOptions, canCursor: boolean): Pagination {
  const { index = true, cursor = canCursor } = options;
  if (!index && !cursor)
    throw new TypeError(
      canCursor
        ? "createScim: pagination must leave one of index and cursor on."
        : "createScim: pagination.index must stay on, because not every storage adapter can page by cursor.",
    );
  if (cursor && !canCursor)
    throw new TypeError("createScim: pagination.cursor needs storage adapters that can page by cursor; one cannot.");
  const standard = options.default ?? (index ? "index" : "cursor");
  if (standard === "index" ? !index : !cursor)
    throw new TypeError(`createScim: pagination.default is "${standard}", which is switched off.`);
  return { index, cursor, default: standard };
}
