import { DEFAULT_LIMITS, type Limits } from "../call/limits.ts";
import type { Pagination } from "../call/pagination.ts";
import { comparisonKey } from "../schema/comparison-key.ts";
import type { Context } from "../storage/adapter.ts";
import type { AuthenticationScheme, ClockOptions, DiscoveryOptions, PagingOptions, ScimOptions } from "./options.ts";
import { announcedWith, joined } from "./plugins.ts";

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
  | "adopt"
  | "isReadable"
  | "timeout"
  | "idFor"
  | "onChange"
  | "onNotice"
  | "onRequest";

/** What has a value in any case. */
type Stated<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> };

/** Groups of options, of which some members have no default: see `settlePagination`. */
interface Groups<C extends Context> {
  readonly paging: Omit<PagingOptions<C>, "cursorSecret" | "cursorTimeout"> &
    Stated<Pick<PagingOptions<C>, "cursorSecret" | "cursorTimeout">>;
  readonly discovery: Omit<Stated<DiscoveryOptions>, "documentationUri"> & Pick<DiscoveryOptions, "documentationUri">;
  readonly clock: Stated<ClockOptions>;
  readonly limits: Limits;
}

type WithDefault<C extends Context> = Stated<Omit<ScimOptions<C>, WithoutDefault | keyof Groups<C>>> & Groups<C>;

/** Options of `createScim` with every default applied that the options alone decide on. */
export type SettledOptions<C extends Context> = Pick<ScimOptions<C>, WithoutDefault> & WithDefault<C>;

const BEARER: AuthenticationScheme = {
  type: "oauthbearertoken",
  name: "Bearer token",
  description: "An OAuth 2.0 bearer token in the Authorization header.",
  specUri: "https://www.rfc-editor.org/info/rfc6750",
  primary: true,
};

/** What holds where an option is left out. A new option has its default here, or is named above as one without. */
export const DEFAULTS = Object.freeze({
  profile: "lenient",
  writableGroups: false,
  outbox: false,
  ownership: false,
  // What is deleted is deleted, and forgotten.
  lifecycle: {},
  rootQueries: true,
  // No secret: one is made when the first cursor comes or goes.
  paging: { cursorSecret: [], cursorTimeout: 3600 },
  sensitiveAttributes: [],
  discovery: { anonymous: true, authenticationSchemes: [BEARER], announce: {} },
  limits: DEFAULT_LIMITS,
  bulk: true,
  plugins: [],
  comparisonKey,
  clock: { now: () => new Date(), timer: () => performance.now() },
  newId: () => crypto.randomUUID(),
} satisfies WithDefault<Context>);

/** Applies the defaults, once for all requests. */
export function settle<C extends Context>(options: ScimOptions<C>): SettledOptions<C> {
  const { plugins = [] } = options;
  const { announce, ...rest } = fill(options.discovery ?? {}, DEFAULTS.discovery);
  const discovery = { ...rest, announce: announcedWith(announce, plugins) };
  return Object.freeze({
    ...fill(options, DEFAULTS),
    ...joined(options, plugins),
    limits: Object.freeze(fill(options.limits ?? {}, DEFAULTS.limits)),
    paging: Object.freeze(fill(options.paging ?? {}, DEFAULTS.paging)),
    discovery: Object.freeze(discovery),
    clock: Object.freeze(fill(options.clock ?? {}, DEFAULTS.clock)),
  });
}

/** Puts in what is not given; a member that is undefined is not. */
function fill<T extends object, K extends keyof T>(
  given: T,
  defaults: Stated<Pick<T, K>>,
): Omit<T, K> & Stated<Pick<T, K>> {
  const stated = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...(Object.fromEntries(stated) as Omit<T, K>) };
}

/**
 * How pages are asked for. `canCursor`: every storage adapter can page by cursor.
 * @throws {TypeError} for no way at all, a default that is off, and cursors where an adapter has none.
 */
export function settlePagination(options: PagingOptions<never>, canCursor: boolean): Pagination {
  const { index = true, cursor = canCursor } = options;
  if (!index && !cursor)
    throw new TypeError(
      canCursor
        ? "createScim: paging must leave one of index and cursor on."
        : "createScim: paging.index must stay on, because not every storage adapter can page by cursor.",
    );
  if (cursor && !canCursor)
    throw new TypeError("createScim: paging.cursor needs storage adapters that can page by cursor; one cannot.");
  const standard = options.default ?? (index ? "index" : "cursor");
  if (standard === "index" ? !index : !cursor)
    throw new TypeError(`createScim: paging.default is "${standard}", which is switched off.`);
  return { index, cursor, default: standard };
}
