/** What the two rows of PATCH need of a stored user. */
export interface User {
  readonly name: Readonly<Record<string, string>>;
  readonly emails: readonly Element[];
  readonly phoneNumbers: readonly Element[];
  readonly addresses: readonly Element[];
  readonly [ENTERPRISE]: Readonly<Record<string, unknown>>;
  readonly [name: string]: unknown;
}

interface Element {
  readonly type?: string;
  readonly [name: string]: unknown;
}

/** The body of a PATCH as JSON.parse gives it. */
export type PatchBody = {
  readonly schemas: readonly string[];
  readonly Operations: readonly { readonly op: string; readonly path: string; readonly value: unknown }[];
};

/** The schema of the body of a PATCH. */
export const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/** The schema of enterprise users. */
export const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/** Sets `active` of a copy, and does nothing else: what one would write for this one request. */
export function setActiveByHand(user: User, body: PatchBody): User {
  let after = user;
  for (const { op, path, value } of operationsOf(body)) {
    if (op.toLowerCase() !== "replace" || path !== "active" || typeof value !== "boolean") throw new TypeError("400");
    after = { ...user, active: value };
  }
  return after;
}

/** The eight paths that Entra ID is set up with here, each by a case of its own; what is not touched is shared with the stored user. */
export function patchByHand(user: User, body: PatchBody): User {
  const after: { -readonly [K in keyof User]: User[K] } = { ...user };
  for (const { op, path, value } of operationsOf(body)) {
    if (op !== "Replace" && op !== "Add") throw new TypeError("400");
    if (typeof value !== "string" || value.length > 8192) throw new TypeError("400");
    switch (path) {
      case "displayName":
        after.displayName = value;
        break;
      case "title":
        after.title = value;
        break;
      case "name.givenName":
        after.name = { ...after.name, givenName: value };
        break;
      case "name.familyName":
        after.name = { ...after.name, familyName: value };
        break;
      case 'emails[type eq "work"].value':
        after.emails = withPart(after.emails, "work", "value", value);
        break;
      case 'phoneNumbers[type eq "mobile"].value':
        after.phoneNumbers = withPart(after.phoneNumbers, "mobile", "value", value);
        break;
      case 'addresses[type eq "work"].formatted':
        after.addresses = withPart(after.addresses, "work", "formatted", value);
        break;
      case `${ENTERPRISE}:department`:
        after[ENTERPRISE] = { ...after[ENTERPRISE], department: value };
        break;
      default:
        throw new TypeError("400");
    }
  }
  return after;
}

function withPart(elements: readonly Element[], type: string, name: string, value: string): readonly Element[] {
  const after = elements.slice();
  for (let index = 0; index < after.length; index++) {
    const element = after[index] as Element;
    if (element.type?.toLowerCase() === type) after[index] = { ...element, [name]: value };
  }
  return after;
}

function operationsOf({ schemas, Operations }: PatchBody): PatchBody["Operations"] {
  if (!schemas.includes(PATCH) || !Array.isArray(Operations) || Operations.length > 1000) throw new TypeError("400");
  return Operations;
}
