import type { Call } from "../call/call.ts";
import { conflict } from "../error.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";
import { isUsableId } from "../storage/id.ts";

/**
 * The id that a new resource is to have: the host's, where it has one for it.
 * @throws {ScimError} 409 for one that was made and has the reserved word in it; {TypeError} where the host's is none.
 * @see RFC 7643 §3.1 id
 */
export async function newIdOf<C extends Context>(
  { engine, context }: Pick<Call<C>, "engine" | "context">,
  { name, endpoint }: CompiledResourceType,
  resource: ResourceObject,
): Promise<string> {
  const given = await engine.idFor?.({ resourceType: name, endpoint, resource }, context);
  if (given !== undefined) {
    if (!isUsableId(given))
      throw new TypeError(
        `idFor must give an id of 1 to 255 printable characters without the word bulkId, or undefined; for a ${name} it gave something else.`,
      );
    return given;
  }
  const id = engine.newId();
  if (id.includes("bulkId"))
    throw conflict("The server made an id that contains the reserved word bulkId. Repeat the request.");
  return id;
}
