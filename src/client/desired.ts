import type { Resource, ResourceInput } from "../schema/resource.ts";
import type { ResourceTypeDefinition } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";
import { isObject, isUnassigned } from "./same.ts";
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
  { schema, extensions }: ResourceTypeDefinition,
  current: ResourceObject,
  desired: ResourceObject,
  absent: "keep" | "remove",
): ResourceObject {
  const removes = absent === "remove";
  const readOnly = Object.entries(schema.attributes).filter(([, { mutability }]) => mutability === "readOnly");
  const left = new Set([...OF_THE_SERVER, ...readOnly.map(([name]) => name)]);
  const state = Object.fromEntries(
    Object.entries(changed(current, desired, removes, schema.attributes)).filter(([name]) => !left.has(name)),
  );
  const urns = extensions.map((extension) => extension.schema.id).filter((urn) => urn in state);
  const others = Array.isArray(current.schemas) ? current.schemas.filter((urn) => urn in state) : [];
  return { ...state, schemas: [...new Set([schema.id, ...urns, ...others])] };
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
