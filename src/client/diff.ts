import type { AttributeLiteral } from "../schema/attribute.ts";
import type { ResourceTypeDefinition } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";
import { type ListRules, listOperations } from "./diff-list.ts";
import type { DiffOperation } from "./diff-operation.ts";
import { isObject } from "./json-object.ts";
import { isSame, isUnassigned } from "./same.ts";

/** Options of `diff`. */
export interface DiffOptions {
  /** Says what is readOnly, immutable and multi-valued. Default: what the values show, and `id`, `meta` and `schemas` are the server's. */
  readonly resourceType?: ResourceTypeDefinition | undefined;
  /**
   * What becomes of attributes, and of their parts, that the desired state does not have (or has as `undefined`). `"keep"` (default)
   * leaves them alone, so that a list which somebody forgot to load empties nothing; `"remove"` removes them.
   */
  readonly absent?: "keep" | "remove" | undefined;
}

/** What is written by the server alone. */
const OF_THE_SERVER = new Set(["id", "meta", "schemas"]);

/**
 * The least PATCH that makes the desired state of the current one.
 *
 * The desired state says only what it has: what it leaves out stays as it is, at every level, unless `absent` says otherwise. `null`
 * and `[]` say that there is to be no value. A list is the whole of its attribute: an element that it leaves out goes. Elements are
 * told apart by `value`, else by `value` and `type`, else by `type`. `primary: false` and no `primary` are the same.
 *
 * Every operation names what it changes: an attribute, a part of it (`name.familyName`), or one element (`emails[type eq
 * "work"].value`). What is there is changed at its smallest part, so that nothing which stays is sent, and nothing that somebody else
 * has changed meanwhile is overwritten; what is not there comes whole, and what goes goes whole. Nothing is touched twice. Of all such
 * PATCHes it is the one with the fewest operations, and among those with the fewest values. Only where elements cannot be told apart is
 * a list replaced.
 *
 * @param current as it was read.
 * @param desired the attributes that it should have; an extension's under its URN.
 * @returns operations in the order in which they are to be sent; none where nothing differs.
 * @throws {TypeError} for a desired list with two primary elements, or with one that is empty, null or undefined.
 * @example
 * ```ts
 * import { diff } from "scimkit/client";
 * const current = { userName: "ada", active: true, emails: [{ type: "work", value: "ada@example.com" }] };
 * diff(current, { active: false, emails: [{ type: "work", value: "ada@example.org" }] });
 * // [{ op: "replace", path: "active", value: false },
 * //  { op: "replace", path: 'emails[type eq "work"].value', value: "ada@example.org" }]
 * ```
 * @see RFC 7644 §3.5.2
 */
export function diff(
  current: ResourceObject,
  desired: ResourceObject,
  options: DiffOptions = {},
): readonly DiffOperation[] {
  return diffWith(current, desired, options, {});
}

/** The same, within what a server takes. */
export function diffWith(
  current: ResourceObject,
  desired: ResourceObject,
  { resourceType, absent = "keep" }: DiffOptions,
  rules: ListRules,
): readonly DiffOperation[] {
  const removes = absent === "remove";
  return namesOf(current, desired, removes)
    .filter((name) => !OF_THE_SERVER.has(name))
    .flatMap((name) => {
      const [was, wanted] = [current[name], desired[name]];
      if (!name.includes(":"))
        return attributeOperations(name, was, wanted, resourceType?.schema.attributes[name], removes, rules);
      return extensionOperations(name, was, wanted, literalsOf(resourceType, name), removes, rules);
    });
}

/** An extension's attributes, each by its own path: the container has none that all servers read. */
function extensionOperations(
  urn: string,
  was: unknown,
  wanted: unknown,
  literals: Literals | undefined,
  removes: boolean,
  rules: ListRules,
): readonly DiffOperation[] {
  const [before, after] = [isObject(was) ? was : {}, isObject(wanted) ? wanted : {}];
  const goes = removes || wanted === null;
  return namesOf(before, after, goes).flatMap((name) =>
    attributeOperations(`${urn}:${name}`, before[name], after[name], literals?.[name], goes, rules),
  );
}

type Literals = Readonly<Record<string, AttributeLiteral>>;

function literalsOf(resourceType: ResourceTypeDefinition | undefined, urn: string): Literals | undefined {
  return resourceType?.extensions.find(({ schema }) => schema.id === urn)?.schema.attributes;
}

function namesOf(was: ResourceObject, wanted: ResourceObject, removes: boolean): readonly string[] {
  return [...new Set([...Object.keys(wanted), ...(removes ? Object.keys(was) : [])])];
}

function attributeOperations(
  path: string,
  was: unknown,
  wanted: unknown,
  literal: AttributeLiteral | undefined,
  removes: boolean,
  rules: ListRules,
): readonly DiffOperation[] {
  if (literal?.mutability === "readOnly" || (wanted === undefined && !removes)) return [];
  if (Array.isArray(was) || Array.isArray(wanted))
    return listOperations(path, asList(was), asked(path, wanted), literal?.subAttributes, removes, rules);
  if (isObject(wanted)) return complexOperations(path, was, wanted, literal?.subAttributes, removes);
  if (isSame(was, wanted)) return [];
  if (isUnassigned(wanted)) return [{ op: "remove", path }];
  return [{ op: isUnassigned(was) ? "add" : "replace", path, value: wanted }];
}

function asList(value: unknown): readonly unknown[] {
  return (Array.isArray(value) ? value : [value]).filter((element) => !isUnassigned(element));
}

/** The desired list. One with a gap was not meant, and would remove who is not named. */
function asked(path: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value) && value.some(isUnassigned))
    throw new TypeError(`diff: ${path} has an element without a value; leave it out, or leave ${path} out.`);
  return asList(value);
}

/** A complex attribute that is there is changed part by part; one that is not comes whole. */
function complexOperations(
  path: string,
  was: unknown,
  wanted: ResourceObject,
  literals: Literals | undefined,
  removes: boolean,
): readonly DiffOperation[] {
  const before = isObject(was) ? was : {};
  const names = namesOf(before, wanted, removes).filter(
    (name) => literals?.[name]?.mutability !== "readOnly" && (removes || wanted[name] !== undefined) && name !== "$ref",
  );
  const changed = names.filter((name) => !isSame(before[name], wanted[name]));
  if (changed.length === 0) return [];
  if (isUnassigned(was)) return [{ op: "add", path, value: assignedOf(wanted) }];
  const stays = Object.keys(before).some((name) => !isUnassigned(before[name]) && !changed.includes(name));
  if (!stays && changed.every((name) => isUnassigned(wanted[name]))) return [{ op: "remove", path }];
  return changed.map((name) => {
    const part = { path: `${path}.${name}` };
    if (isUnassigned(wanted[name])) return { op: "remove", ...part };
    return { op: isUnassigned(before[name]) ? "add" : "replace", ...part, value: wanted[name] };
  });
}

/** The parts that have a value. */
export function assignedOf(value: ResourceObject): ResourceObject {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => !isUnassigned(part)));
}
