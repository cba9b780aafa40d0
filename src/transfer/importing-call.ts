import type { Call } from "../call/call.ts";
import type { ReferenceRules } from "../call/reference-rules.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { Context, MissingReference } from "../storage/adapter.ts";
import type { Tally } from "./tally.ts";

/**
 * The call that lines are read and written by. Nobody decides on them, lists may be of any length, and a reference to nothing is kept:
 * what it refers to may be on a later line.
 */
export function importingCall<C extends Context>(own: Call<C>, tally: Tally): Call<C> {
  const { engine } = own;
  return {
    ...own,
    engine: {
      ...engine,
      limits: { ...engine.limits, collectionElements: Number.MAX_SAFE_INTEGER },
      references: new Map([...engine.references].map(([type, rules]) => [type, keeping(rules)])),
      decide: undefined,
      outbox: false,
      emit: (event) => {
        if (event.type === "unknownAttribute") tally.leftOut(`${event.resourceType}.${event.path}`);
        else engine.emit(event);
      },
    },
  };
}

/** References into another storage are stored as they are: nobody can say what will be there. */
function keeping({ checkReferences, untold }: ReferenceRules): ReferenceRules {
  const kept = Object.keys(checkReferences).map((name) => [name, "keep"] as const);
  return { checkReferences: Object.fromEntries(kept), foreign: [], untold };
}

/** What a request would do with a reference of an attribute that leads to nothing; undefined where storage does not judge it. */
export function ruleIn<C extends Context>({ engine }: Call<C>, name: string): MissingReference | undefined {
  const holder = (type: CompiledResourceType): boolean => type.references.some((reference) => reference.name === name);
  const type = engine.resourceTypes.find(holder);
  return type && engine.references.get(type)?.checkReferences[name];
}
