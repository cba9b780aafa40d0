import type { Resource, ResourceInput } from "../schema/resource.ts";
import type { ResourceTypeDefinition } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";
import { isObject } from "./json-object.ts";
import { isUnassigned } from "./same.ts";
import { targetOf } from "./target-list.ts";

type Loose<T> = T extends readonly (infer E)[]
  ? readonly Loose<E>[]
  : T extends object
    ? { readonly [K in keyof T]?: Loose<T[K]> | null | undefined }
    : T;

/**
 * What a resource should be: the attributes that it has, each wholly or in part. What is left out, or `undefined`, stays as it is;
 * `null` and `[]` are no value; a list is the whole of it.
 */
export type Desired<R extends ResourceTypeDefinition> = Loose<Omit<ResourceInput<R>, "schemas">> &
  Loose<Partial<Resource<R>>>;

/** Written by the server alone: in a PUT it would be ignored at best. */
const OF_THE_SERVER = ["id", "meta"];

/** The body of a PUT that makes the desired state: what was read, changed; so it has what no schema knows, and loses nothing. */
export function replacementOf(
  { schema }: ResourceTypeDefinition,
  current: ResourceObject,
  desired: ResourceObject,
  absent: "keep" | "remove",
): ResourceObject {
  const { schemas: _, ...state } = changed(current, desired, absent === "remove", schema.attributes);
  const kept = Object.entries(state).filter(
    ([name]) => !OF_THE_SERVER.includes(name) && schema.attributes[name]?.mutability !== "readOnly",
  );
  const urns = Object.keys(state).filter((name) => name.includes(":"));
  return { ...Object.fromEntries(kept), schemas: [schema.id, ...urns] };
}

type Literals = ResourceTypeDefinition["schema"]["attributes"];

function changed(
  current: ResourceObject,
  desired: ResourceObject,
  removes: boolean,
  literals: Literals,
): ResourceObject {
  const names = new Set([...Object.keys(current), ...Object.keys(desired)]);
  const entries = [...names].map((name) => {
    const [was, wanted] = [current[name], desired[name]];
    if (wanted === undefined) return [name, removes ? undefined : was] as const;
    if (Array.isArray(wanted))
      return [
        name,
        targetOf(name, Array.isArray(was) ? was : [], wanted, literals[name]?.subAttributes, removes),
      ] as const;
    if (isObject(wanted)) return [name, changed(isObject(was) ? was : {}, wanted, removes, {})] as const;
    return [name, wanted] as const;
  });
  return Object.fromEntries(entries.filter(([, value]) => !isUnassigned(value)));
}
