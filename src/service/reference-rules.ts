import type { ForeignReference, ReferenceRules } from "../call/reference-rules.ts";
import type { ReferencePolicy, SettledSettings } from "../quirks/profile.ts";
import type { CompiledResourceType, ReferenceAttribute } from "../schema/resource-type.ts";
import type { Context, MissingReference, StorageAdapter } from "../storage/adapter.ts";

/** What the rules of references are made of. */
interface Given<C extends Context> {
  readonly resourceTypes: readonly CompiledResourceType[];
  readonly adapterOf: (resourceType: CompiledResourceType) => StorageAdapter<C>;
  readonly references: SettledSettings["references"];
  /** Tenants may have other resource types than these, so that a type that is not known is none of theirs. */
  readonly hasTenants: boolean;
}

/**
 * Says for each resource type what becomes of references to nothing, once for all requests.
 * @throws {TypeError} for a name that is no reference attribute, and where storage cannot hold what is to be ignored.
 */
export function referenceRulesOf<C extends Context>(
  given: Given<C>,
): ReadonlyMap<CompiledResourceType, ReferenceRules> {
  const policies = policiesOf(given);
  const missingOf = ({ name, attribute }: ReferenceAttribute): MissingReference => {
    const policy = policies.get(name) ?? "check";
    if (policy === "ignore") return "keep";
    if (policy === "drop") return "drop";
    return attribute.integrity === "optional" && policy !== "require" ? "keep" : "refuse";
  };
  return new Map(given.resourceTypes.map((type) => [type, rulesOf(given, type, policies, missingOf)]));
}

function rulesOf<C extends Context>(
  { resourceTypes, adapterOf }: Given<C>,
  type: CompiledResourceType,
  policies: ReadonlyMap<string, ReferencePolicy>,
  missingOf: (reference: ReferenceAttribute) => MissingReference,
): ReferenceRules {
  const own = adapterOf(type);
  const here = resourceTypes.filter((one) => adapterOf(one) === own);
  // A type without an endpoint here cannot be looked up; one that an attribute names besides others is looked up with them.
  const targetsOf = (reference: ReferenceAttribute) =>
    resourceTypes.filter(({ name }) => reference.resourceTypes.includes(name));
  const isHere = (reference: ReferenceAttribute): boolean => targetsOf(reference).every((one) => here.includes(one));
  const judged = here
    .flatMap(({ references }) => references)
    .filter((reference) => targetsOf(reference).length > 0 && isHere(reference));
  const foreign = type.references.flatMap((reference): ForeignReference[] => {
    if (isHere(reference)) return [];
    const missing = missingOf(reference);
    const canKeep = own.capabilities?.danglingReferences === true;
    return [{ reference, targets: targetsOf(reference), missing: missing === "keep" && !canKeep ? "drop" : missing }];
  });
  const untold = type.references.filter(({ name }) => policies.get(name) === "ignore");
  return {
    checkReferences: Object.fromEntries(judged.map((reference) => [reference.name, missingOf(reference)])),
    foreign: foreign.length === 0 ? NOTHING_FOREIGN : foreign,
    untold: untold.length === 0 ? NOTHING_UNTOLD : new Set(untold.map(({ attribute }) => attribute.path)),
  };
}

// Each tenant with types of its own has rules of its own, and most of them say neither.
const NOTHING_FOREIGN: readonly ForeignReference[] = [];
const NOTHING_UNTOLD: ReadonlySet<string> = new Set();

/** The policy of each attribute that has one, by its name. */
function policiesOf<C extends Context>(given: Given<C>): ReadonlyMap<string, ReferencePolicy> {
  const { references, resourceTypes, adapterOf } = given;
  const all = resourceTypes.flatMap((type) => type.references.map((reference) => ({ type, reference })));
  const policies = new Map<string, ReferencePolicy>();
  const { "*": others = "check", ...named } = typeof references === "string" ? { "*": references } : references;
  for (const { reference } of all) policies.set(reference.name, others);
  for (const [text, policy] of Object.entries(named)) {
    const reference = referenceNamed(given, text);
    if (reference !== undefined) policies.set(reference.name, policy);
  }
  for (const { type, reference } of all)
    if (policies.get(reference.name) === "ignore" && adapterOf(type).capabilities?.danglingReferences !== true)
      throw new TypeError(
        `createScim: the profile's references "ignore" is not possible, because the storage "${adapterOf(type).name}" of ${type.name} keeps no references to nothing (capabilities.danglingReferences).`,
      );
  return policies;
}

/** The attribute that a text like `Group.members` names; undefined where it is one of another tenant's. */
function referenceNamed<C extends Context>(
  { resourceTypes, hasTenants }: Given<C>,
  text: string,
): ReferenceAttribute | undefined {
  const dot = text.indexOf(".");
  const type = resourceTypes.find(({ name }) => name === text.slice(0, dot));
  const attribute = type?.resolve(text.slice(dot + 1), true)?.attribute;
  const found = type?.references.find((reference) => reference.attribute === attribute);
  if (found !== undefined || (type === undefined && hasTenants)) return found;
  const names = resourceTypes.flatMap(({ references }) => references.map(({ name }) => name));
  throw new TypeError(
    `createScim: the profile's references names ${JSON.stringify(text)}, which is none of: ${names.join(", ")}.`,
  );
}
