import * as z from "zod/mini";
import type { OperationFacts } from "../call/facts.ts";
import type { ChangeEvent, ScimNotice } from "../events/event.ts";
import type { Profile } from "../quirks/profile.ts";
import type { Quirk } from "../quirks/quirk.ts";
import { isSame } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";
import { type Announcements, AnnouncementsShape } from "./announce.ts";
import type { RequestEvent } from "./request-event.ts";
import type { ShapeOf } from "./shape.ts";

/**
 * What somebody else's package adds to a service: it listens, it refuses, it knows a client's ways, and it says so. It rewrites no request
 * and no answer. Given to `createScim` in `plugins`; docs/extending.md says how to publish one. Later versions may have more members.
 *
 * @example
 * ```ts
 * import { createScim, errors, type ScimPlugin, User } from "scimkit";
 * import { memoryStorage } from "scimkit/memory";
 * function officeHours(now = () => new Date()): ScimPlugin {
 *   return {
 *     name: "office-hours",
 *     authorize({ access }) {
 *       if (access === "write" && now().getUTCHours() < 6) throw errors.forbidden("Nothing is changed here at night.");
 *     },
 *   };
 * }
 * createScim({
 *   resourceTypes: [User], storage: memoryStorage(), baseUrl: "https://example.com/scim/v2",
 *   authenticate: () => ({}), plugins: [officeHours()],
 * });
 * ```
 */
export interface ScimPlugin<C extends Context = Context> {
  /** For people, in errors; no two plugins of a service have the same. */
  readonly name: string;
  /** Told of each change as the option `onChange` is, behind it and behind the plugins that come first. Default: it is not told. */
  readonly onChange?: ((event: ChangeEvent<C>) => unknown) | undefined;
  /** Told of what is no change, as the option `onNotice` is. Default: it is not told. */
  readonly onNotice?: ((event: ScimNotice<C>) => unknown) | undefined;
  /** Told of each request, as the option `onRequest` is. Default: it is not told. */
  readonly onRequest?: ((event: RequestEvent<C>) => unknown) | undefined;
  /**
   * Refuses operations, as the option `authorize` does: whoever throws first has refused, and what one lets through the others are
   * asked about all the same. Default: it refuses nothing.
   */
  readonly authorize?: ((operation: OperationFacts, context: C) => void | Promise<void>) | undefined;
  /**
   * Rules that are put behind those of the profile, a tenant's too. One with the id of another rule is refused, unless it is that
   * very rule. Default: none.
   */
  readonly quirks?: readonly Quirk[] | undefined;
  /** Members of `/ServiceProviderConfig`; what two say differently is refused. Default: none. */
  readonly announce?: Announcements | undefined;
}

const anyFunction = z.custom<(...args: never) => unknown>((value) => typeof value === "function", "must be a function");
const givenFunction = z.optional(anyFunction);

/** The shape of `ScimPlugin`. */
const PluginShape = z.strictObject({
  name: z.string().check(z.minLength(1, "must have at least one character")),
  onChange: givenFunction,
  onNotice: givenFunction,
  onRequest: givenFunction,
  authorize: givenFunction,
  quirks: z.optional(z.array(z.looseObject({ id: z.string().check(z.minLength(1)) }))),
  announce: z.optional(AnnouncementsShape),
} satisfies ShapeOf<ScimPlugin>);

/** The shape of the option `plugins`. */
export const PluginsShape = z.array(PluginShape).check(
  z.superRefine((plugins, context) => {
    const names = plugins.map(({ name }) => name);
    const index = names.findIndex((name, at) => names.indexOf(name) !== at);
    if (index !== -1)
      context.addIssue({
        code: "custom",
        path: [index, "name"],
        message: `is ${JSON.stringify(names[index])} a second time; each plugin needs a name of its own`,
      });
  }),
);

/** What of the options a plugin can have as well. */
type Shared<C extends Context> = Pick<ScimPlugin<C>, "onChange" | "onNotice" | "onRequest" | "authorize">;

/** The host's listeners and `authorize`, each with those of the plugins behind it; what nobody has stays undefined. */
export function joined<C extends Context>(host: Shared<C>, plugins: readonly ScimPlugin<C>[]): Shared<C> {
  const all = [host, ...plugins];
  return {
    onChange: toldAll(all.map(({ onChange }) => onChange)),
    onNotice: toldAll(all.map(({ onNotice }) => onNotice)),
    onRequest: toldAll(all.map(({ onRequest }) => onRequest)),
    authorize: askedAll(all.map(({ authorize }) => authorize)),
  };
}

type Listener<E> = (event: E) => unknown;

/**
 * One listener that tells all, at once and in their order, whatever some of them throw: what one has thrown, or several in an
 * `AggregateError`, is thrown when all have been told.
 */
function toldAll<E>(listeners: readonly (Listener<E> | undefined)[]): Listener<E> | undefined {
  const given = listeners.filter((listener) => listener !== undefined);
  if (given.length < 2) return given[0];
  return (event) => {
    const outcomes = given.map((listener) => outcomeOf(() => listener(event)));
    return outcomes.some((outcome) => outcome !== undefined) ? settled(outcomes) : undefined;
  };
}

/** What a listener does after it was told; undefined where it is done. */
function outcomeOf(tell: () => unknown): Promise<unknown> | undefined {
  try {
    const outcome = tell();
    return outcome === undefined ? undefined : Promise.resolve(outcome);
  } catch (error) {
    return Promise.reject(error);
  }
}

async function settled(outcomes: readonly (Promise<unknown> | undefined)[]): Promise<void> {
  const all = await Promise.allSettled(outcomes);
  const errors = all.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} listeners failed.`);
}

type Authorize<C extends Context> = NonNullable<ScimPlugin<C>["authorize"]>;

/** Asks one after the other; the first that throws has refused. */
function askedAll<C extends Context>(guards: readonly (Authorize<C> | undefined)[]): Authorize<C> | undefined {
  const given = guards.filter((guard) => guard !== undefined);
  if (given.length < 2) return given[0];
  return async (operation, context) => {
    for (const guard of given) await guard(operation, context);
  };
}

/**
 * The profile with the rules of the plugins behind its own; the very object where they have none.
 * @throws {TypeError} for a rule with the id of another one.
 */
export function withRulesOf<C extends Context>(plugins: readonly ScimPlugin<C>[]): (profile: Profile) => Profile {
  if (plugins.every(({ quirks = [] }) => quirks.length === 0)) return (profile) => profile;
  return (profile) => {
    const rules = new Map(profile.quirks.map((rule) => [rule.id, { rule, from: `the profile ${profile.name}` }]));
    for (const { name, quirks = [] } of plugins) {
      for (const rule of quirks) {
        const other = rules.get(rule.id);
        if (other !== undefined && other.rule !== rule)
          throw new TypeError(
            `createScim: the rule ${JSON.stringify(rule.id)} of the plugin ${name} has the id of one of ${other.from}; give it another id.`,
          );
        rules.set(rule.id, { rule, from: `the plugin ${name}` });
      }
    }
    return Object.freeze({ ...profile, quirks: Object.freeze([...rules.values()].map(({ rule }) => rule)) });
  };
}

/**
 * What the host and the plugins announce, as one.
 * @throws {TypeError} for a member, in any letter case, of which two say something else.
 */
export function announcedWith<C extends Context>(
  announced: Announcements,
  plugins: readonly ScimPlugin<C>[],
): Announcements {
  const said = new Map<string, { readonly name: string; readonly member: unknown; readonly by: string }>();
  const say = (all: Announcements, by: string): void => {
    for (const [name, member] of Object.entries(all)) {
      const other = said.get(name.toLowerCase());
      if (other === undefined) said.set(name.toLowerCase(), { name, member, by });
      else if (other.name !== name || !isSame(other.member, member))
        throw new TypeError(
          `createScim: ${by} and ${other.by} announce ${name} differently; one of them must leave it out.`,
        );
    }
  };
  say(announced, "discovery.announce");
  for (const { name, announce = {} } of plugins) say(announce, `the plugin ${name}`);
  return Object.fromEntries([...said.values()].map(({ name, member }) => [name, member])) as Announcements;
}
