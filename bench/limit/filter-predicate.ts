/** A user as it is stored, as far as the filters look. */
export interface BenchUser {
  readonly schemas: readonly string[];
  readonly id: string;
  readonly externalId: string;
  readonly userName: string;
  readonly displayName: string;
  readonly title?: string;
  readonly userType?: string;
  readonly active: boolean;
  readonly name: { readonly givenName: string; readonly familyName: string };
  readonly emails: readonly { readonly type: string; readonly value: string; readonly primary?: boolean }[];
  readonly meta: { readonly resourceType: string; readonly created: string; readonly lastModified: string };
  readonly [ENTERPRISE]: { readonly employeeNumber: string };
}

/** The schema of enterprise users. */
export const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/** Whether a user is one of those that a filter asks for. */
export type Predicate = (user: BenchUser) => boolean;

/** The letters as they are compared. */
function fold(text: string): string {
  for (let index = 0; index < text.length; index++)
    if (text.charCodeAt(index) > 0x7f) return text.normalize("NFC").toLowerCase().normalize("NFC");
  return text.toLowerCase();
}

/** The server writes times as toISOString does; anything else is brought into that form. */
function instant(text: string): string {
  return text.length === 24 && text.charCodeAt(23) === 0x5a ? text : new Date(text).toISOString();
}

/**
 * Filters and what one would write for each: the same letter case and composition of characters, operands made ready once, and none of it
 * for any other attribute.
 */
export const PREDICATES: readonly (readonly [filter: string, byHand: () => Predicate])[] = [
  [
    'userName eq "USER5000@example.com"',
    () => {
      const operand = fold("USER5000@example.com");
      return ({ userName }) => fold(userName) === operand;
    },
  ],
  [
    'userName sw "user12"',
    () => {
      const operand = fold("user12");
      return ({ userName }) => fold(userName).startsWith(operand);
    },
  ],
  [
    'displayName co "smith 7"',
    () => {
      const operand = fold("smith 7");
      return ({ displayName }) => fold(displayName).includes(operand);
    },
  ],
  ["active eq true", () => (user) => user.active === true],
  ["title pr", () => (user) => user.title !== undefined && user.title !== ""],
  [
    'emails[type eq "work" and value co "99@example"]',
    () => {
      const [type, value] = [fold("work"), fold("99@example")];
      return ({ emails }) => {
        for (const email of emails) if (fold(email.type) === type && fold(email.value).includes(value)) return true;
        return false;
      };
    },
  ],
  [
    'meta.lastModified gt "2026-03-01T00:00:00Z"',
    () => {
      const operand = instant("2026-03-01T00:00:00Z");
      return ({ meta }) => instant(meta.lastModified) > operand;
    },
  ],
  [
    '(name.familyName co "h 7" or name.givenName co "a 1") and not (active eq false)',
    () => {
      const [family, given] = [fold("h 7"), fold("a 1")];
      return ({ name, active }) =>
        (fold(name.familyName).includes(family) || fold(name.givenName).includes(given)) && active !== false;
    },
  ],
  [
    'userName sw "a" and active eq true',
    () => {
      const operand = fold("a");
      return ({ userName, active }) => fold(userName).startsWith(operand) && active === true;
    },
  ],
  ['externalId eq "ext-5000"', () => (user) => user.externalId === "ext-5000"],
  [
    'userType ne "contractor" and title pr',
    () => {
      const operand = fold("contractor");
      return ({ userType, title }) =>
        (userType === undefined || fold(userType) !== operand) && title !== undefined && title !== "";
    },
  ],
  [
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber eq "5000"',
    () => {
      const operand = fold("5000");
      return (user) => fold(user[ENTERPRISE].employeeNumber) === operand;
    },
  ],
];
