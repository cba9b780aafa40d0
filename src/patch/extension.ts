import type { Attribute } from "../schema/attribute.ts";
import type { CompiledExtension, CompiledResourceType } from "../schema/resource-type.ts";
import { oneByOne, type Work } from "../time-slice.ts";
import { checkImmutable, requiredUnassigned } from "./complex.ts";
import type { PatchedDocument } from "./document.ts";
import type { SchemasOperation } from "./operation.ts";
import type { Op } from "./parse.ts";

/**
 * Unassigns every attribute of an extension that a client may write. Its required attributes go as well: they are required of
 * a resource that has the extension.
 *
 * @throws {ScimError} 400 mutability, invalidValue for a required extension; mutability for an immutable attribute with a value.
 * @see RFC 7643 §3.3 [R-79 P-3.5.2-16]
 */
export function clearExtension(
  document: PatchedDocument,
  extension: CompiledExtension,
  op: Op,
  secrets: Record<string, unknown>,
): Work<void> {
  if (extension.required) throw requiredUnassigned({ path: extension.urn }, op);
  return oneByOne(extension.attributes, (attribute) => clear(document, attribute, secrets));
}

function clear(document: PatchedDocument, attribute: Attribute, secrets: Record<string, unknown>): Work<void> {
  if (attribute.mutability === "readOnly") return;
  if (attribute.mutability === "writeOnly") secrets[attribute.path] = null;
  else if (attribute.multiValued) {
    const list = document.elements(attribute);
    if (list.size > 0) checkImmutable(attribute, list.size);
    return list.replaceAll([]);
  } else {
    checkImmutable(attribute, document.read(attribute));
    document.write(attribute, undefined);
  }
}

/**
 * `schemas` follows from the data. What an operation on it can say is that extensions go: those that it removes, or does not
 * name among the new ones. An extension that is added has no data yet.
 * @see RFC 7644 §3.5.2 [R-61 P-3.5.2-17]
 */
export function applyToSchemas(
  document: PatchedDocument,
  resourceType: CompiledResourceType,
  { op, urns }: SchemasOperation,
  secrets: Record<string, unknown>,
): Work<void> {
  return oneByOne(resourceType.extensions, (extension) => {
    const isNamed = urns.includes(extension.urn);
    if (op === "remove" ? isNamed : op === "replace" && !isNamed)
      return clearExtension(document, extension, op, secrets);
  });
}
