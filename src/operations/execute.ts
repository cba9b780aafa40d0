import type { Call } from "../call/call.ts";
import type { CreateOperation, Operation } from "../call/operation.ts";
import type { Result } from "../call/result.ts";
import type { Context } from "../storage/adapter.ts";
import { createOrAdopt } from "./adopt.ts";
import { atomically } from "./atomic.ts";
import { bulk } from "./bulk/bulk.ts";
import { discover } from "./discover.ts";
import { withMemberships } from "./memberships.ts";
import { withNewId } from "./new-id.ts";
import { patch } from "./patch.ts";
import { query } from "./query.ts";
import { read } from "./read.ts";
import { removeAtomically } from "./remove.ts";
import { replace } from "./replace.ts";
import { rootQuery } from "./root/root-query.ts";

/** Does what a request asks for: one file a verb. What is there at once is no promise. @see RFC 7644 §3.2 */
export function execute<C extends Context>(operation: Operation, call: Call<C>): Result | Promise<Result> {
  switch (operation.type) {
    case "create":
      return create(operation, call);
    case "read":
      return read(operation, call);
    case "query":
      return query(operation, call);
    case "rootQuery":
      return rootQuery(operation, call);
    case "replace":
      return atomically(operation.resourceType, call, (inner) => withMemberships(operation, inner, replace));
    case "patch":
      return atomically(operation.resourceType, call, (inner) => withMemberships(operation, inner, patch));
    case "delete":
      return removeAtomically(operation, call);
    case "bulk":
      return bulk(operation, call, execute);
    case "discover":
      return discover(operation, call);
  }
}

function create<C extends Context>(operation: CreateOperation, call: Call<C>): Promise<Result> {
  const write = (known: Call<C>): Promise<Result> =>
    atomically(operation.resourceType, known, (inner) => withMemberships(operation, inner, createOrAdopt));
  return call.engine.idFor === undefined ? write(call) : withNewId(operation, call).then(write);
}
