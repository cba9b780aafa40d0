import type { Foreign } from "../harness/work.ts";
import type { PatchBody, User } from "../limit/patch-user.ts";
import { loadPeer } from "./load.ts";

interface Schema {
  new (resource: object, direction: "in" | "out"): object;
  readonly id: string;
  extend(extension: Schema, isRequired: boolean): void;
}
interface Scimmy {
  readonly default: {
    readonly Schemas: { readonly User: Schema; readonly EnterpriseUser: Schema };
    readonly Messages: {
      readonly PatchOp: new (
        body: object,
      ) => { apply(resource: object, finalise: (changed: object) => object): Promise<object | undefined> };
    };
  };
}

/** scimmy's PatchOp, which is given a resource as its schema has formatted it: that is part of what its users wait for. */
export async function scimmyPatch(user: User): Promise<Foreign> {
  const { Schemas, Messages } = (await loadPeer<Scimmy>("scimmy")).default;
  Schemas.User.extend(Schemas.EnterpriseUser, false);
  return {
    run: (body: PatchBody) => new Messages.PatchOp(body).apply(new Schemas.User(user, "out"), (changed) => changed),
    read: (answer) => withDatesOf(user, JSON.parse(JSON.stringify(answer))),
  };
}

/** It writes dates with milliseconds, which says the same. */
function withDatesOf(user: User, changed: User): User {
  const [before, after] = [user, changed].map(({ meta }) => meta as Readonly<Record<string, unknown>>);
  const isSame = Object.entries(before ?? {}).every(([name, value]) => {
    const other = after?.[name];
    return other === value || Date.parse(String(other)) === Date.parse(String(value));
  });
  return isSame ? { ...changed, meta: user.meta } : changed;
}
