import { DEFAULT_LIMITS } from "../call/limits.ts";
import type { OwnershipOptions } from "../call/ownership.ts";
import type { AdoptOptions, LifecycleOptions } from "../events/adoption.ts";
import * as form from "../form.ts";
import { checkProfile } from "../quirks/profile.ts";
import { type ProfileName, profiles } from "../quirks/profiles.ts";
import { nearestHint } from "../schema/nearest-name.ts";
import type { ResourceTypeDefinition } from "../schema/resource-type.ts";
import { SchemaError } from "../schema/schema.ts";
import type { Context } from "../storage/adapter.ts";
import { AnnouncementsShape } from "./announce.ts";
import type { DrainOptions, RetryOptions } from "./drain-options.ts";
import type { AuthenticationScheme, ClockOptions, DiscoveryOptions, PagingOptions, ScimOptions } from "./options.ts";
import { PluginsShape } from "./plugins.ts";
import type { ShapeOf } from "./shape.ts";
import type { TenantOptions } from "./tenant.ts";

const anyFunction = form.custom<(...args: never) => unknown>(
  (value) => typeof value === "function",
  "must be a function",
);
const limit = form.int().positive();
/** Most events that are handed out at once: as many as one statement takes. */
const MOST_AT_ONCE = 1000;
/** What a timer of 32 bits can hold. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

const resourceTypes = form
  .array(
    form.looseObject({ name: form.string(), endpoint: form.string(), schema: form.looseObject({ id: form.string() }) }),
  )
  .min(1);
const profileNames = Object.keys(profiles) as [ProfileName, ...ProfileName[]];
const profile = form.unknown().superRefine((given, context) => {
  const problem = problemOfProfile(given);
  if (problem !== undefined) context.addIssue({ message: problem });
});
const secret = form.string().min(32, "must have at least 32 characters");

/** The shape of `PagingOptions`. */
export const PagingShape = form.strictObject({
  index: form.boolean().optional(),
  cursor: form.boolean().optional(),
  default: form.oneOf(["index", "cursor"]).optional(),
  cursorSecret: form.union([secret, form.array(secret).min(1).max(8)]).optional(),
  cursorTimeout: limit.optional(),
  cursorIdentity: anyFunction.optional(),
} satisfies ShapeOf<PagingOptions>);

/** The shape of `AuthenticationScheme`. It is published as it is, with whatever else the host says in it. */
export const AuthenticationSchemeShape = form.looseObject({
  type: form.string(),
  name: form.string(),
  description: form.string(),
  specUri: form.unknown().optional(),
  documentationUri: form.unknown().optional(),
  primary: form.boolean().optional(),
} satisfies ShapeOf<AuthenticationScheme>);

/** The shape of `DiscoveryOptions`. */
export const DiscoveryShape = form.strictObject({
  anonymous: form.boolean().optional(),
  authenticationSchemes: form
    .array(AuthenticationSchemeShape)
    .refine((schemes) => schemes.filter(({ primary }) => primary).length < 2, "only one scheme may be primary")
    .optional(),
  documentationUri: form.url().optional(),
  announce: AnnouncementsShape.optional(),
} satisfies ShapeOf<DiscoveryOptions>);

/** The shape of `ClockOptions`. */
export const ClockShape = form.strictObject({
  now: anyFunction.optional(),
  timer: anyFunction.optional(),
} satisfies ShapeOf<ClockOptions>);

/** The shape of `OwnershipOptions`. */
const OwnershipShape = form.strictObject({
  owner: anyFunction.optional(),
  hostOwned: form.array(form.string()).optional(),
} satisfies ShapeOf<OwnershipOptions<Context>>);

/** The shape of `Limits`: `DEFAULT_LIMITS` has every one of them. */
const LimitsShape = form.strictObject(
  Object.fromEntries(Object.keys(DEFAULT_LIMITS).map((name) => [name, limit.optional()])),
);

/** The shape of `AdoptOptions`. */
const AdoptShape = form.strictObject({
  decide: anyFunction,
  match: anyFunction.optional(),
  take: form.oneOf(["patch", "put"]).optional(),
} satisfies ShapeOf<AdoptOptions>);

/** The shape of `LifecycleOptions`. */
export const LifecycleShape = form.strictObject({
  remember: limit.optional(),
  delete: form.oneOf(["delete", "deactivate"]).optional(),
} satisfies ShapeOf<LifecycleOptions>);

/** The shape of `ScimOptions`. */
export const OptionsShape = form.strictObject({
  resourceTypes,
  storage: form.custom(
    (value) => typeof value === "object" && value !== null,
    "must be a storage adapter, or one adapter for each resource type",
  ),
  baseUrl: form.union([form.string(), anyFunction], "must be a URL, or a function that gives one"),
  path: form.union([form.string(), anyFunction], "must be a path, or a function that gives one").optional(),
  authenticate: anyFunction.optional(),
  unsafeNoAuthentication: form.oneOf([true]).optional(),
  tenant: anyFunction.optional(),
  throttle: anyFunction.optional(),
  resolveMe: anyFunction.optional(),
  authorize: anyFunction.optional(),
  decide: anyFunction.optional(),
  adopt: form.union([anyFunction, AdoptShape], "must be a function, or an object with decide").optional(),
  lifecycle: LifecycleShape.optional(),
  outbox: form.boolean().optional(),
  ownership: form
    .union([form.boolean(), OwnershipShape], "must be true, or an object with owner or hostOwned")
    .optional(),
  bulk: form.boolean().optional(),
  isReadable: anyFunction.optional(),
  profile: profile.optional(),
  writableGroups: form.boolean().optional(),
  rootQueries: form.boolean().optional(),
  paging: PagingShape.optional(),
  sensitiveAttributes: form.array(form.string()).optional(),
  discovery: DiscoveryShape.optional(),
  limits: LimitsShape.optional(),
  timeout: form.int().positive().max(LONGEST_TIMEOUT).optional(),
  onChange: anyFunction.optional(),
  onNotice: anyFunction.optional(),
  onRequest: anyFunction.optional(),
  plugins: PluginsShape.optional(),
  comparisonKey: anyFunction.optional(),
  clock: ClockShape.optional(),
  newId: anyFunction.optional(),
  idFor: anyFunction.optional(),
} satisfies ShapeOf<ScimOptions>);

const duration = form.number().nonnegative().max(LONGEST_TIMEOUT);

/** The shape of `RetryOptions`. */
export const RetryShape = form.strictObject({
  first: duration.optional(),
  longest: duration.optional(),
} satisfies ShapeOf<RetryOptions>);

/** The shape of `DrainOptions`. */
export const DrainShape = form.strictObject({
  concurrency: limit.max(MOST_AT_ONCE).optional(),
  interval: form.int().positive().max(LONGEST_TIMEOUT).optional(),
  lease: form.int().positive().max(LONGEST_TIMEOUT).optional(),
  retry: RetryShape.optional(),
  until: form.oneOf(["stopped", "empty"]).optional(),
  signal: form.custom((value) => value instanceof AbortSignal, "must be an AbortSignal").optional(),
} satisfies ShapeOf<DrainOptions>);

/**
 * Checks what `drain` is given.
 * @throws {TypeError} naming the option and what it must be.
 */
export function checkDrainOptions(options: DrainOptions): void {
  check("drain", DrainShape, options);
}

/** The shape of `TenantOptions`. */
export const TenantShape = form.strictObject({
  baseUrl: form.string().optional(),
  resourceTypes: resourceTypes.optional(),
  profile: profile.optional(),
} satisfies ShapeOf<TenantOptions>);

/** What is wrong with a profile: a name that there is none of lists those that there are. */
function problemOfProfile(given: unknown): string | undefined {
  const isName = typeof given === "string";
  if (isName && Object.hasOwn(profiles, given)) return undefined;
  try {
    if (!isName) checkProfile("profile", given);
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
  return isName
    ? `must be one of ${listed(profileNames)}, or what defineProfile made.${nearestHint(profileNames, given)}`
    : undefined;
}

/**
 * Checks the options once, when `createScim` runs.
 * @throws {TypeError} naming the option and what it must be.
 */
export function checkOptions<C extends Context, T extends readonly ResourceTypeDefinition[]>(
  options: ScimOptions<C, T>,
): void {
  check("createScim", OptionsShape, options);
  if (options.authenticate === undefined && options.unsafeNoAuthentication !== true) {
    throw new TypeError(
      "createScim: authenticate is required. Where something in front of scimkit has authenticated every request already, say unsafeNoAuthentication: true.",
    );
  }
  if (typeof options.baseUrl === "string") checkBaseUrl(options.baseUrl);
  if (typeof options.path === "string") checkPath(options.path);
}

/**
 * Checks what the option `tenant` returned.
 * @throws {TypeError} naming the member and what it must be.
 */
export function checkTenantOptions(tenant: TenantOptions): void {
  check("tenant", TenantShape, tenant);
}

/**
 * Checks that resource types can be told apart.
 * @throws {TypeError} for two of one name or at one endpoint.
 */
export function checkResourceTypes(resourceTypes: readonly ResourceTypeDefinition[]): void {
  for (const key of ["name", "endpoint"] as const) {
    const values = resourceTypes.map((type) => type[key].toLowerCase());
    const twice = values.find((value, index) => values.indexOf(value) !== index);
    if (twice !== undefined) throw new TypeError(`createScim: two resource types have the ${key} ${twice}.`);
  }
  const names = resourceTypes.map(({ name }) => name);
  for (const { name, refers } of resourceTypes) checkReferred(name, refers, names);
}

/** @throws {SchemaError} for a resource type that a reference was told to lead to, and that is not there. */
function checkReferred(owner: string, refers: ResourceTypeDefinition["refers"] = {}, names: readonly string[]): void {
  for (const [attribute, types] of Object.entries(refers)) {
    const stranger = types.find((type) => !names.includes(type));
    if (stranger === undefined) continue;
    throw new SchemaError(
      `${owner}.${attribute} refers to ${JSON.stringify(stranger)}, which is none of the resource types of this server: ${names.join(", ")}.${nearestHint(names, stranger)} Add it to resourceTypes, or leave it out of refer.`,
    );
  }
}

function check(what: string, shape: form.Form<unknown>, value: unknown): void {
  const parsed = shape.safeParse(value);
  if (parsed.success) return;
  const problems = parsed.error.issues.map(
    (issue) => `${issue.path.join(".") || "options"}: ${problemOf(issue, shape)}`,
  );
  throw new TypeError(`${what}: ${problems.join("; ")}`);
}

/** Where only some values or names are possible, the sentence names them. */
function problemOf(issue: form.Issue, shape: form.Form<unknown>): string {
  const { values, errors = [], keys } = issue;
  if (values !== undefined) return `must be ${values.length > 1 ? "one of " : ""}${listed(values)}`;
  // Of several forms, those that are lists of values; one with a sentence of its own has said it.
  const lists = errors.flat().filter((error) => error.values !== undefined);
  if (lists.length > 0 && issue.message === "Invalid input")
    return `${[...new Set(lists.map((list) => problemOf(list, shape)))].join(", or ")}, or of another form that the type has`;
  if (keys !== undefined) return unknownKeys(keys, namesAt(shape, issue.path));
  return issue.message;
}

function unknownKeys(keys: readonly string[], names: readonly string[]): string {
  const hints = keys.map((key) => nearestHint(names, key)).filter((hint, at, all) => all.indexOf(hint) === at);
  return `there is no ${listed(keys)}; there are ${names.join(", ")}${hints.join("") === "" ? "" : `.${hints.join("")}`}`;
}

function listed(values: readonly unknown[]): string {
  return values.map((value) => (typeof value === "string" ? JSON.stringify(value) : String(value))).join(", ");
}

/** The names of the members that the object at a path may have. */
function namesAt(shape: form.Form<unknown>, path: readonly PropertyKey[]): readonly string[] {
  const inner = shape instanceof form.OptionalForm ? shape.inner : shape;
  const [first, ...rest] = path;
  if (inner instanceof form.ArrayForm) return namesAt(inner.element, rest);
  if (!(inner instanceof form.ObjectForm)) return [];
  return first === undefined
    ? Object.keys(inner.shape)
    : namesAt(inner.shape[String(first)] as form.Form<unknown>, rest);
}

/**
 * Checks a base URL and takes the slash off its end.
 * @throws {TypeError} for what is no absolute http(s) URL, and for one with a query or fragment. @see RFC 7644 §1.3
 */
export function checkBaseUrl(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url === undefined || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw new TypeError(`createScim: baseUrl must be an absolute http(s) URL such as "https://example.com/scim/v2".`);
  }
  if (baseUrl.includes("?") || baseUrl.includes("#"))
    throw new TypeError("createScim: baseUrl must not have a query or a fragment.");
  return baseUrl.endsWith("/") ? baseUrl.slice(0, -1) : baseUrl;
}

/**
 * Checks the path below which requests arrive, and takes the slash off its end.
 * @throws {TypeError} for what is no path from the root.
 */
export function checkPath(path: string): string {
  if (typeof path !== "string" || !path.startsWith("/") || path.startsWith("//") || /[?#]/.test(path))
    throw new TypeError(
      'createScim: path must be a path such as "/scim/v2", or "/" where requests arrive without one.',
    );
  return path.endsWith("/") ? path.slice(0, -1) : path;
}
