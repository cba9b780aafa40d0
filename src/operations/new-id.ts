import type { Call } from "../call/call.ts";
import type { Operation } from "../call/operation.ts";
import { conflict } from "../error.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { copyValue, type ResourceObject } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";
import { isUsableId } from "../storage/id.ts";
import { readBody } from "./body.ts";

/**
 * The id that a new resource is to have: the host's, where it has one for it.
 * @throws {ScimError} 409 for one that was made and has the reserved word in it; {TypeError} where the host's is none.
 * @see RFC 7643 §3.1 id
 */
export function newIdOf<C extends Context>(
  call: Pick<Call<C>, "engine" | "context">,
  resourceType: CompiledResourceType,
  resource: ResourceObject,
): string | Promise<string> {
  return call.engine.idFor === undefined ? madeBy(call.engine) : idByHost(call, resourceType, resource);
}

async function idByHost<C extends Context>(
  { engine, context }: Pick<Call<C>, "engine" | "context">,
  { name, endpoint }: CompiledResourceType,
  resource: ResourceObject,
): Promise<string> {
  const given = await engine.idFor?.({ resourceType: name, endpoint, resource: copyValue(resource) }, context);
  if (given === undefined) return madeBy(engine);
  if (!isUsableId(given))
    throw new TypeError(
      `idFor must give an id of 1 to 255 printable characters without the word bulkId, or undefined; for a ${name} it gave something else.`,
    );
  return given;
}

function madeBy<C extends Context>(engine: Call<C>["engine"]): string {
  const id = engine.newId();
  if (id.includes("bulkId"))
    throw conflict("The server made an id that contains the reserved word bulkId. Repeat the request.");
  return id;
}

/**
 * A call whose create will take the id that the host has for it. It is asked for ahead of the transaction of the write, because whoever
 * looks ids up in the same storage would wait for it otherwise.
 * @throws {ScimError} 400 as the create.
 */
export async function withNewId<C extends Context>(operation: Operation, call: Call<C>): Promise<Call<C>> {
  const { engine } = call;
  if (operation.type !== "create" || engine.idFor === undefined) return call;
  // What is noticed of the body is told when it is read to be written.
  const quiet = { ...call, note: () => undefined, engine: { ...engine, emit: () => undefined } };
  const { resource } = await readBody(quiet, operation.resourceType, operation.body);
  const id = await newIdOf(call, operation.resourceType, resource);
  return { ...call, engine: { ...engine, newId: () => id, idFor: undefined } };
}
