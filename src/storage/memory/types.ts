import type { Attribute } from "../../schema/attribute.ts";
import type { CompiledResourceType } from "../../schema/resource-type.ts";
import { shapeOf } from "../../schema/shape.ts";
import { getOrCreate } from "../get-or-create.ts";

/**
 * One resource type for all that are compiled alike: what is kept names this one, so that a host which compiles a resource type for
 * each request keeps no more of them than there are different ones.
 */
export class Types {
  readonly #alike = new Map<string, WeakRef<CompiledResourceType>>();
  readonly #known = new WeakMap<CompiledResourceType, CompiledResourceType>();

  /** The one that stands for a resource type. Places and keys of its attributes are the same; nothing else need be. */
  oneFor(resourceType: CompiledResourceType): CompiledResourceType {
    return getOrCreate(this.#known, resourceType, () => {
      const name = `${resourceType.name} ${shapeOf(resourceType).fingerprint}`;
      const one = this.#alike.get(name)?.deref() ?? resourceType;
      if (one === resourceType) this.#alike.set(name, new WeakRef(resourceType));
      return one;
    });
  }
}

/** The attribute of a resource type that stands at a path; undefined where it has none, or none that a resource holds. */
export function attributeAt(resourceType: CompiledResourceType, path: string): Attribute | undefined {
  return getOrCreate(
    BY_PATH,
    resourceType,
    () =>
      new Map(
        resourceType.attributes.filter((one) => one.inverseOf === undefined).map((one) => [one.path, one] as const),
      ),
  ).get(path);
}

const BY_PATH = new WeakMap<CompiledResourceType, ReadonlyMap<string, Attribute>>();
