import type { Attribute } from "../../../schema/attribute.ts";
import { nearestHint } from "../../../schema/nearest-name.ts";
import type { CompiledResourceType } from "../../../schema/resource-type.ts";

/** A hint at the attribute that is nearest to a path, among those that can stand in its place. */
export function didYouMean(
  { attributes }: CompiledResourceType,
  text: string,
  isMeant: (attribute: Attribute) => boolean = () => true,
): string {
  const paths = attributes.flatMap((attribute) =>
    [attribute, ...attribute.subAttributes].filter(isMeant).map(({ path }) => path),
  );
  return nearestHint(paths, text);
}
