import type { Asked, Defect } from "./defect.ts";
import { creates, replaces } from "./wrappers.ts";

/** Servers that show passwords. */
export const PASSWORD_DEFECTS: readonly Defect[] = [
  {
    id: "password/shown",
    title: "shows passwords",
    caughtBy: ["passwords/never-returned"],
    alsoIn: ["passwords/never-when-asked", "passwords/never-in-lists", "passwords/never-after-replace"],
    wrap: showingPasswords(() => true),
  },
  {
    id: "password/shown-on-create",
    title: "shows the password in the answer to the create alone",
    caughtBy: ["passwords/never-returned"],
    wrap: showingPasswords(creates),
  },
  {
    id: "password/shown-on-put",
    title: "shows the password in the answer to a PUT alone",
    caughtBy: ["passwords/never-after-replace"],
    wrap: showingPasswords(replaces),
  },
  {
    id: "password/shown-if-asked",
    title: "shows passwords where they are selected",
    caughtBy: ["passwords/never-when-asked"],
    wrap: showingPasswords(({ query }) => /password/i.test(query.get("attributes") ?? "")),
  },
];

/** Passwords by the ids of their users; in a hash, as it were. */
function showingPasswords(when: (asked: Asked) => boolean): NonNullable<Defect["wrap"]> {
  return (next) => {
    const known = new Map<string, string>();
    return async (asked) => {
      const isMeant = when(asked);
      const password = asked.body?.password;
      const answered = await next(asked);
      const resources = Array.isArray(answered.body?.Resources) ? answered.body.Resources : [answered.body];
      for (const resource of resources) {
        if (typeof resource?.id !== "string") continue;
        if (typeof password === "string") known.set(resource.id, password);
        if (isMeant && known.has(resource.id)) resource.password = known.get(resource.id);
      }
      return answered;
    };
  };
}
