import { USER } from "../support/directory.ts";
import { PATCH } from "../support/patching.ts";

/** A security event token. @see RFC 9967 §2.1, §2.4 */
export interface Figure {
  readonly jti: string;
  readonly iat: number;
  readonly iss: string;
  readonly aud: string | readonly string[];
  readonly sub_id: { readonly format: "scim"; readonly uri: string; readonly externalId?: string };
  readonly events: Readonly<
    Record<string, { readonly version?: string; readonly attributes?: readonly string[]; readonly data?: object }>
  >;
}

const PROV = "urn:ietf:params:scim:event:prov";

const ISSUER = "https://people.example.com";
const FEED = `${ISSUER}/Feeds/c2d7a0e91b5f4c38`;
const MIRA = "9e1a8ef4f341e07a83f73f16dbf4a8b2";
const TOMAS = "0dd27a65bd628881ad1b72dba7abe1c2";
const PORTERS = "c7ac1491def88334e647cb8f74e69a5d";

const created = {
  jti: "6b4013ef254b0c4e010c4759482c9cbc",
  iat: 1709629811,
  iss: ISSUER,
  aud: [FEED, `${ISSUER}/Feeds/41e8b6f3d09a2c75`],
  sub_id: { format: "scim", uri: `/Users/${MIRA}`, externalId: "msolberg" },
} as const;

const later = { jti: "90fbbd119c1caaf75e8766ed88daf401", iat: 1709637753, iss: ISSUER, aud: [FEED] } as const;
const porters = { format: "scim", uri: `/Groups/${PORTERS}`, externalId: "nightPorters" } as const;
const mira = { format: "scim", uri: `/Users/${MIRA}` } as const;

/** The tokens that RFC 9967 §2.4 prints, by section and figure. They leave out txn. */
export const FIGURES = {
  "2.4.1-figure4-create-full": {
    ...created,
    events: {
      [`${PROV}:create:full`]: {
        data: {
          schemas: [USER],
          emails: [{ type: "work", value: "mira@example.com" }],
          userName: "mira",
          name: { givenName: "Mira", familyName: "Solberg" },
        },
      },
    },
  },
  "2.4.1-figure5-create-notice": {
    ...created,
    events: { [`${PROV}:create:notice`]: { attributes: ["id", "name", "userName", "password", "emails"] } },
  },
  "2.4.2-figure6-patch-full": {
    ...later,
    sub_id: porters,
    events: {
      [`${PROV}:patch:full`]: {
        version: "y9ojfljoQoaF1Ll",
        data: {
          schemas: [PATCH],
          Operations: [
            {
              op: "add",
              path: "members",
              value: [{ display: "Mira Solberg", $ref: `/Users/${MIRA}`, value: MIRA }],
            },
          ],
        },
      },
    },
  },
  "2.4.2-figure7-patch-notice": {
    ...later,
    sub_id: porters,
    events: { [`${PROV}:patch:notice`]: { attributes: ["members"], version: "y9ojfljoQoaF1Ll" } },
  },
  "2.4.3-figure8-put-full": {
    ...later,
    sub_id: mira,
    events: {
      [`${PROV}:put:full`]: {
        version: "y9ojfljoQoaF1Ll",
        data: {
          schemas: [USER],
          userName: "mira",
          externalId: "msolberg",
          name: {
            formatted: "Dr. Mira Elin Solberg",
            familyName: "Solberg",
            givenName: "Mira",
            middleName: "Elin",
          },
          roles: [],
          emails: [{ value: "mira@example.com" }, { value: "mira@home.example" }],
        },
      },
    },
  },
  "2.4.3-figure9-put-notice": {
    ...later,
    sub_id: mira,
    events: {
      [`${PROV}:put:notice`]: {
        version: "y9ojfljoQoaF1Ll",
        attributes: ["userName", "externalId", "name", "roles", "emails"],
      },
    },
  },
  "2.4.4-figure10-delete": {
    ...later,
    sub_id: { format: "scim", uri: `/Users/${TOMAS}`, externalId: "tLind" },
    events: { [`${PROV}:delete`]: {} },
  },
  "2.4.5-figure11-activate": {
    ...later,
    sub_id: { format: "scim", uri: `/Users/${TOMAS}` },
    events: { [`${PROV}:activate`]: {} },
  },
} as const satisfies Readonly<Record<string, Figure>>;
