import * as z from "zod/mini";
import { DEFAULT_LIMITS } from "../call/limits.ts";
import type { OwnershipOptions } from "../call/ownership.ts";
import type { AdoptOptions, LifecycleOptions } from "../events/adoption.ts";
import { checkProfile } from "../quirks/profile.ts";
import { type ProfileName, profiles } from "../quirks/profiles.ts";
import { safeParse } from "../safe-parse.ts";
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

const anyFunction = z.custom<(...args: never) => unknown>((value) => typeof value === "function", "must be a function");
const givenFunction = z.optional(anyFunction);
const flag = z.optional(z.boolean());
const limit = z.int().check(z.positive());
const givenLimit = z.optional(limit);
/** Most events that are handed out at once: as many as one statement takes. */
const MOST_AT_ONCE = 1000;
/** What a timer of 32 bits can hold. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;
const time = z.optional(limit.check(z.maximum(LONGEST_TIMEOUT)));

const resourceTypes = z
  .array(z.looseObject({ name: z.string(), endpoint: z.string(), schema: z.looseObject({ id: z.string() }) }))
  .check(z.minLength(1));
const profileNames = Object.keys(profiles) as [ProfileName, ...ProfileName[]];
const profile = z.unknown().check(
  z.superRefine((given, context) => {
    const problem = problemOfProfile(given);
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  }),
);
const secret = z.string().check(z.minLength(32, "must have at least 32 characters"));

/** The shape of `PagingOptions`. */
export const PagingShape = z.strictObject({
  index: flag,
  cursor: flag,
  default: z.optional(z.enum(["index", "cursor"])),
  cursorSecret: z.optional(z.union([secret, z.array(secret).check(z.minLength(1), z.maxLength(8))])),
  cursorTimeout: givenLimit,
  cursorIdentity: givenFunction,
} satisfies ShapeOf<PagingOptions>);

/** The shape of `AuthenticationScheme`. It is published as it is, with whatever else the host says in it. */
export const AuthenticationSchemeShape = z.looseObject({
  type: z.string(),
  name: z.string(),
  description: z.string(),
  specUri: z.optional(z.unknown()),
  documentationUri: z.optional(z.unknown()),
  primary: flag,
} satisfies ShapeOf<AuthenticationScheme>);

/** The shape of `DiscoveryOptions`. */
export const DiscoveryShape = z.strictObject({
  anonymous: flag,
  authenticationSchemes: z.optional(
    z
      .array(AuthenticationSchemeShape)
      .check(
        z.refine((schemes) => schemes.filter(({ primary }) => primary).length < 2, "only one scheme may be primary"),
      ),
  ),
  documentationUri: z.optional(z.url()),
  announce: z.optional(AnnouncementsShape),
} satisfies ShapeOf<DiscoveryOptions>);

/** The shape of `ClockOptions`. */
export const ClockShape = z.strictObject({
  now: givenFunction,
  timer: givenFunction,
} satisfies ShapeOf<ClockOptions>);

/** The shape of `OwnershipOptions`. */
const OwnershipShape = z.strictObject({
  owner: givenFunction,
  hostOwned: z.optional(z.array(z.string())),
} satisfies ShapeOf<OwnershipOptions<Context>>);

/** The shape of `Limits`: `DEFAULT_LIMITS` has every one of them. */
const LimitsShape = z.strictObject(Object.fromEntries(Object.keys(DEFAULT_LIMITS).map((name) => [name, givenLimit])));

/** The shape of `AdoptOptions`. */
const AdoptShape = z.strictObject({
  decide: anyFunction,
  match: givenFunction,
  take: z.optional(z.enum(["patch", "put"])),
} satisfies ShapeOf<AdoptOptions>);

/** The shape of `LifecycleOptions`. */
export const LifecycleShape = z.strictObject({
  remember: givenLimit,
  delete: z.optional(z.enum(["delete", "deactivate"])),
} satisfies ShapeOf<LifecycleOptions>);

/** The shape of `ScimOptions`. */
export const OptionsShape = z.strictObject({
  resourceTypes,
  storage: z.custom(
    (value) => typeof value === "object" && value !== null,
    "must be a storage adapter, or one adapter for each resource type",
  ),
  baseUrl: z.union([z.string(), anyFunction], "must be a URL, or a function that gives one"),
  path: z.optional(z.union([z.string(), anyFunction], "must be a path, or a function that gives one")),
  authenticate: givenFunction,
  unsafeNoAuthentication: z.optional(z.literal(true)),
  tenant: givenFunction,
  throttle: givenFunction,
  resolveMe: givenFunction,
  authorize: givenFunction,
  decide: givenFunction,
  adopt: z.optional(z.union([anyFunction, AdoptShape], "must be a function, or an object with decide")),
  lifecycle: z.optional(LifecycleShape),
  outbox: flag,
  ownership: z.optional(z.union([z.boolean(), OwnershipShape], "must be true, or an object with owner or hostOwned")),
  bulk: flag,
  isReadable: givenFunction,
  profile: z.optional(profile),
  writableGroups: flag,
  rootQueries: flag,
  paging: z.optional(PagingShape),
  sensitiveAttributes: z.optional(z.array(z.string())),
  discovery: z.optional(DiscoveryShape),
  limits: z.optional(LimitsShape),
  timeout: time,
  onChange: givenFunction,
  onNotice: givenFunction,
  onRequest: givenFunction,
  plugins: z.optional(PluginsShape),
  comparisonKey: givenFunction,
  clock: z.optional(ClockShape),
  newId: givenFunction,
  idFor: givenFunction,
} satisfies ShapeOf<ScimOptions>);

const duration = z.optional(z.number().check(z.nonnegative(), z.maximum(LONGEST_TIMEOUT)));

/** The shape of `RetryOptions`. */
export const RetryShape = z.strictObject({
  first: duration,
  longest: duration,
} satisfies ShapeOf<RetryOptions>);

/** The shape of `DrainOptions`. */
export const DrainShape = z.strictObject({
  concurrency: z.optional(limit.check(z.maximum(MOST_AT_ONCE))),
  interval: time,
  lease: time,
  retry: z.optional(RetryShape),
  until: z.optional(z.enum(["stopped", "empty"])),
  signal: z.optional(z.custom((value) => value instanceof AbortSignal, "must be an AbortSignal")),
} satisfies ShapeOf<DrainOptions>);

/**
 * Checks what `drain` is given.
 * @throws {TypeError} naming the option and what it must be.
 */
export function checkDrainOptions(options: DrainOptions): void {
  check("drain", DrainShape, options);
}

/** The shape of `TenantOptions`. */
export const TenantShape = z.strictObject({
  baseUrl: z.optional(z.string()),
  resourceTypes: z.optional(resourceTypes),
  profile: z.optional(profile),
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

function check(what: string, shape: z.ZodMiniType, value: unknown): void {
  const parsed = safeParse(shape, value);
  if (parsed.success) return;
  const problems = parsed.error.issues.map(
    (issue) => `${issue.path.join(".") || "options"}: ${problemOf(issue, shape)}`,
  );
  throw new TypeError(`${what}: ${problems.join("; ")}`);
}

/** Where only some values or names are possible, the sentence names them. */
function problemOf(issue: z.core.$ZodIssue, shape: z.core.$ZodType): string {
  if (issue.code === "invalid_value")
    return `must be ${issue.values.length > 1 ? "one of " : ""}${listed(issue.values)}`;
  // Of several forms, those that are lists of values; one with a sentence of its own has said it.
  const lists =
    issue.code === "invalid_union" ? issue.errors.flat().filter(({ code }) => code === "invalid_value") : [];
  if (lists.length > 0 && issue.message === "Invalid input")
    return `${[...new Set(lists.map((list) => problemOf(list, shape)))].join(", or ")}, or of another form that the type has`;
  if (issue.code === "unrecognized_keys") return unknownKeys(issue.keys, namesAt(shape, issue.path));
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
function namesAt(shape: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  const inner = shape instanceof z.ZodMiniOptional ? shape.def.innerType : shape;
  const [first, ...rest] = path;
  if (inner instanceof z.ZodMiniArray) return namesAt(inner.def.element, rest);
  if (!(inner instanceof z.ZodMiniObject)) return [];
  return first === undefined ? Object.keys(inner.shape) : namesAt(inner.shape[String(first)] as z.core.$ZodType, rest);
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
