import { type Attribute, type AttributePath, type ComparisonKey, pathOf } from "./attribute.ts";
import { compileAttribute } from "./compile-attribute.ts";
import { remembered } from "./remembered.ts";
import { characterProblem, type ValueLimits } from "./validate.ts";
import { isObject, type ResourceObject } from "./value.ts";

// What nobody declared and a resource type keeps (`openAttributes: "keep"`) stands in one object of the stored resource, and only
// clients see its members beside the others. So it is one attribute to all that compares, replaces and stores attributes, it cannot
// be taken for a declared one, and a schema that declares a name later does not meet values that nobody has checked.

/** The member of a stored resource that holds what nobody declared. No schema can declare a name that begins so. */
export const KEPT_NAME = "$undeclared";

/** Names that are members of every object, and what would be stored to be read, though its name says that nobody may. */
const NEVER_KEPT: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype", "password"]);

/** The attribute whose value is what nobody declared. */
export const keptAttribute: (comparisonKey: ComparisonKey) => Attribute = remembered((comparisonKey) =>
  compileAttribute(KEPT_NAME, { type: "complex" }, { prefix: "", extension: undefined }, comparisonKey),
);

/** Whether it is the attribute that holds what nobody declared. */
export function isKept({ name, parent }: Attribute): boolean {
  return name === KEPT_NAME && parent === undefined;
}

/** Whether it is something that nobody declared, by its name. */
export function isKeptPart({ parent }: Attribute): boolean {
  return parent !== undefined && isKept(parent);
}

/** Whether something may be kept under a name: an attribute's (RFC 7643 §2.1), or a URN. */
export function isKeepable(name: string): boolean {
  if (NEVER_KEPT.has(name.slice(name.lastIndexOf(":") + 1).toLowerCase())) return false;
  return /^[A-Za-z][A-Za-z0-9$_-]*$/.test(name) || /^urn:[A-Za-z0-9][A-Za-z0-9$_.:-]*[A-Za-z0-9$_-]$/i.test(name);
}

/** The path of something that nobody declared. Its name is that of the path; it is compared as a caseExact text. */
export function keptPath(kept: Attribute, name: string, comparisonKey: ComparisonKey): AttributePath {
  const literal = { caseExact: true } as const;
  const part = compileAttribute(name, literal, { prefix: "", extension: undefined, parent: kept }, comparisonKey);
  return pathOf(kept, { ...part, path: name });
}

/** Where something is kept: by itself, or in the object of an extension that nobody declared. */
interface KeptPlace {
  readonly container: string | undefined;
  readonly name: string;
}

/** Names are the same in any letter case. @see RFC 7643 §2.1 */
function spellingIn(object: ResourceObject, name: string): string | undefined {
  if (Object.hasOwn(object, name)) return name;
  const lower = name.toLowerCase();
  return Object.keys(object).find((candidate) => candidate.toLowerCase() === lower);
}

/** `urn:x:y:name` is that member of the object `urn:x:y`, unless there is one of the whole name. */
function placeOf(kept: ResourceObject, name: string): KeptPlace | undefined {
  const whole = spellingIn(kept, name);
  if (whole !== undefined) return { container: undefined, name: whole };
  const colon = name.lastIndexOf(":");
  if (colon === -1) return undefined;
  const container = spellingIn(kept, name.slice(0, colon));
  const members = container === undefined ? undefined : kept[container];
  if (container === undefined || !isObject(members)) return undefined;
  const inner = name.slice(colon + 1);
  return { container, name: spellingIn(members, inner) ?? inner };
}

/** What is kept under a name in any letter case; of the whole that stands for it, undefined is nothing. */
export function readKept(kept: unknown, name: string): unknown {
  if (!isObject(kept)) return undefined;
  const place = placeOf(kept, name);
  if (place === undefined) return undefined;
  const holder = place.container === undefined ? kept : (kept[place.container] as ResourceObject);
  return Object.hasOwn(holder, place.name) ? holder[place.name] : undefined;
}

/** The same as values to be compared: texts alone are. */
export function keptTexts(kept: unknown, name: string): readonly string[] {
  const value = readKept(kept, name);
  return typeof value === "string" ? [value] : [];
}

/** What is kept with another value under a name, or with undefined without it. An object left empty goes as well. */
export function withKept(kept: ResourceObject, name: string, value: unknown): ResourceObject {
  const place = placeOf(kept, name) ?? (value === undefined ? undefined : newPlace(kept, name, value));
  if (place === undefined) return kept;
  if (place.container === undefined) return withMember(kept, place.name, value);
  const members = withMember((kept[place.container] ?? {}) as ResourceObject, place.name, value);
  return withMember(kept, place.container, Object.keys(members).length === 0 ? undefined : members);
}

/** An object under a URN is an extension's; what is simple is one of its members. */
function newPlace(kept: ResourceObject, name: string, value: unknown): KeptPlace {
  const colon = name.lastIndexOf(":");
  const isTaken = colon !== -1 && spellingIn(kept, name.slice(0, colon)) !== undefined;
  return colon === -1 || isTaken || isObject(value) || !isKeepable(name.slice(0, colon))
    ? { container: undefined, name }
    : { container: name.slice(0, colon), name: name.slice(colon + 1) };
}

function withMember(object: ResourceObject, name: string, value: unknown): ResourceObject {
  const { [name]: _, ...others } = object;
  return value === undefined ? others : { ...object, [name]: value };
}

/** What is kept under these names, and nothing else of it; undefined where that is nothing. */
export function onlyKept(kept: ResourceObject, names: readonly string[]): ResourceObject | undefined {
  const part: Record<string, unknown> = {};
  for (const name of names) {
    const place = placeOf(kept, name);
    if (place === undefined) continue;
    const { container } = place;
    if (container === undefined) part[place.name] = kept[place.name];
    else {
      const value = (kept[container] as ResourceObject)[place.name];
      if (value !== undefined && !(container in part && part[container] === kept[container]))
        part[container] = { ...(part[container] as ResourceObject | undefined), [place.name]: value };
    }
  }
  return Object.keys(part).length === 0 ? undefined : part;
}

/** What is kept without these names; undefined where that is nothing. */
export function withoutKept(kept: ResourceObject, names: readonly string[]): ResourceObject | undefined {
  const left = names.reduce((current, name) => withKept(current, name, undefined), kept);
  return Object.keys(left).length === 0 ? undefined : left;
}

/** The names of all that is kept: of an extension's object that of the object, and those of its members. */
export function keptNames(kept: ResourceObject): readonly string[] {
  return Object.entries(kept).flatMap(([name, value]) =>
    name.includes(":") && isObject(value) ? [name, ...Object.keys(value).map((member) => `${name}:${member}`)] : [name],
  );
}

/** URNs of extensions that nobody declared and of which something is kept. */
export function keptUrns(resource: ResourceObject): readonly string[] {
  const kept = resource[KEPT_NAME];
  return isObject(kept) ? Object.keys(kept).filter((name) => name.includes(":") && isObject(kept[name])) : [];
}

/**
 * What is wrong with something that nobody declared, as the end of the sentence "costCode2 …": texts, and names, that no text of any
 * attribute may be, numbers that no double holds, and members that would be none, but the prototype of the object that has them.
 */
export function keptProblem(value: unknown, limits: ValueLimits): string | undefined {
  if (typeof value === "string") return characterProblem(value, limits.stringLength);
  if (typeof value === "number")
    return Number.isFinite(value) ? undefined : "must be, and hold, numbers that a double can hold";
  if (!isObject(value) && !Array.isArray(value)) return undefined;
  for (const [name, member] of Object.entries(value)) {
    if (name === "__proto__" || name === "prototype") return `must not have a member ${name}`;
    const problem = keptProblem(name, limits) ?? keptProblem(member, limits);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** How many values there are in something that nobody declared: itself, and each that it holds, at every depth. */
function countIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((count: number, part) => count + countIn(part), 1);
}

/** What is wrong with all that a resource would keep, as a sentence: it may hold as many values as a list may have elements. */
export function overfullKept(resource: ResourceObject, { elements }: ValueLimits): string | undefined {
  const kept = resource[KEPT_NAME];
  return kept !== undefined && countIn(kept) - 1 > elements
    ? `What no schema has holds more than ${elements} values, which is the most that are kept of a resource (limits.elements).`
    : undefined;
}

/** A JSON pointer into a stored resource as one into what clients see. @see RFC 6901 */
export function pointerBeside(pointer: string): string {
  return pointer.startsWith(`/${KEPT_NAME}/`) ? pointer.slice(KEPT_NAME.length + 1) : pointer;
}

/** A resource as clients and hosts see it: what nobody declared beside all else. */
export function withKeptBeside<R extends ResourceObject>(resource: R): R {
  const { [KEPT_NAME]: kept, ...declared } = resource;
  if (kept === undefined) return resource;
  // What the server says of a resource stays what it says, whatever is kept.
  return { ...(isObject(kept) ? kept : {}), ...declared } as unknown as R;
}
