// Two releases of a service over one directory: what is unique, what letter case counts in, and what is a collection differs.
import { defineResourceType, defineSchema, User } from "../../src/index.ts";

/** How many writers there are; each has an attribute of its own to write. */
export const WRITERS = 8;

const { id, name, attributes } = User.schema;
const slots = Object.fromEntries(Array.from({ length: WRITERS }, (_, index) => [`slot${index}`, {}]));

/** What the service declares a user as; `isNew`: its next release. */
export function userOf(isNew: boolean) {
  const { nickName, title, emails } = attributes;
  const changed = isNew
    ? {
        nickName: { ...nickName, uniqueness: "server" as const },
        title: { ...title, caseExact: true },
        emails: { ...emails, scimkit: { collection: true } },
      }
    : {};
  return defineResourceType({
    name: "User",
    schema: defineSchema({ id, name, attributes: { ...attributes, ...slots, ...changed } }),
  });
}
