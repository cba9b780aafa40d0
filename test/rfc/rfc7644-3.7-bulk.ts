import { ENTERPRISE, ERROR, GROUP, LIST, USER } from "../support/directory.ts";
import { PATCH } from "../support/patching.ts";
import {
  BULK_RESPONSE,
  createdAt,
  EXAMPLES_URL,
  error,
  newGroup,
  newUser,
  requestOf,
  responseOf,
} from "./bulk-messages.ts";

/** The users and the group of §3.7.2 and §3.7.3. */
export const NOOR = "9531985d-5d9d-49f8-9818-e811892f902b";
export const BRAM = "36f675cc-81e7-4ef5-a8e2-5d940ed90475";
export const EDDA = "6b0d549b-6f03-475a-9600-a35a099950d8";
export const GONE = "8d116ece-1738-47d9-bd9c-172411e20b8f";
export const PORTERS = "90c192cf-d3ac-44af-8f21-ddb66cad4a26";

/** The groups of §3.7.1, which are members of each other. */
export const EAST = "a170b338-3926-4059-b28c-105d1fb17c23";
export const WEST = "0fd630f1-f29d-4da9-953f-48f1a09f76b5";

const users = (id: string): string => `${EXAMPLES_URL}/Users/${id}`;
const groups = (id: string): string => `${EXAMPLES_URL}/Groups/${id}`;

const metaOf = (id: string, version: string, created: string, lastModified: string): object => ({
  resourceType: "Group",
  created,
  lastModified,
  location: groups(id),
  version,
});

/** §3.7.1: two groups that are members of each other. */
export const circularGroups = {
  request: requestOf({
    Operations: [newGroup("Wing East", "east", "Group", "west"), newGroup("Wing West", "west", "Group", "east")],
  }),
};

/** §3.7.1: the groups when they are read afterwards, by a filter that is printed in single quotes, which are no JSON. */
export const circularGroupsRead = {
  response: responseOf({
    schemas: [LIST],
    totalResults: 2,
    Resources: [
      {
        id: EAST,
        schemas: [GROUP],
        displayName: "Wing East",
        meta: metaOf(EAST, 'W/"jIhKtJ0RlgLKOmxg"', "2024-03-05T09:10:11.120Z", "2024-03-05T09:10:12.480Z"),
        members: [{ value: WEST, $ref: groups(WEST), type: "Group" }],
      },
      {
        id: WEST,
        schemas: [GROUP],
        displayName: "Wing West",
        meta: metaOf(WEST, 'W/"JTeKdNnFRIBXuDL7"', "2024-03-05T09:10:12.170Z", "2024-03-05T09:10:12.170Z"),
        members: [{ value: EAST, $ref: groups(EAST), type: "Group" }],
      },
    ],
  }),
};

/** §3.7.2: a user, and the group that it is a member of. The status is printed as an object here. */
export const userAndGroup = {
  request: requestOf({
    Operations: [newUser("Noor", "noor"), newGroup("Night Porters", "porters", "User", "noor")],
  }),
  response: responseOf({
    ...BULK_RESPONSE,
    Operations: [
      createdAt(users(NOOR), "noor", 'W/"DxtpYlSXpfKtHF4v"', { code: "201" }),
      createdAt(groups(PORTERS), "porters", 'W/"UCsMehGAkWvj7FAc"', { code: "201" }),
    ],
  }),
};

/** §3.7.2: that group when it is read afterwards. */
export const groupRead = {
  response: responseOf(
    {
      schemas: [GROUP],
      id: PORTERS,
      displayName: "Night Porters",
      meta: metaOf(PORTERS, 'W/"UCsMehGAkWvj7FAc"', "2024-03-05T09:10:11.120Z", "2024-03-05T11:22:33.440Z"),
      members: [{ value: NOOR, $ref: users(NOOR), type: "User" }],
    },
    { Location: groups(PORTERS), ETag: 'W/"UCsMehGAkWvj7FAc"' },
  ),
};

/** §3.7.2: a manager in the enterprise extension. */
export const manager = {
  request: requestOf({
    Operations: [
      newUser("Noor", "noor"),
      {
        method: "POST",
        path: "/Users",
        bulkId: "bram",
        data: {
          schemas: [USER, ENTERPRISE],
          userName: "Bram",
          [ENTERPRISE]: { employeeNumber: "30417", manager: { value: "bulkId:noor" } },
        },
      },
    ],
  }),
};

/**
 * §3.7.3: add, replace, change and remove a user. The schema that is printed for the new user is no schema; the data of the
 * PATCH is printed as the bare list of operations, and stands here as the message that RFC 7644 §3.5.2 asks for.
 */
export const fourOperations = {
  request: requestOf({
    failOnErrors: 1,
    Operations: [
      newUser("Noor", "noor", "urn:ietf:params:scim:api:messages:2.0:User"),
      {
        method: "PUT",
        path: `/Users/${BRAM}`,
        version: 'W/"9QeWJKY40uvSwMF"',
        data: { schemas: [USER], id: BRAM, userName: "Bram" },
      },
      {
        method: "PATCH",
        path: `/Users/${EDDA}`,
        version: 'W/"ZDe1f8rESQedUSt"',
        data: {
          schemas: [PATCH],
          Operations: [
            { op: "remove", path: "nickName" },
            { op: "add", path: "userName", value: "Edda" },
          ],
        },
      },
      { method: "DELETE", path: `/Users/${GONE}`, version: 'W/"KR0CsTy4Qwb8Dwk"' },
    ],
  }),
  response: responseOf({
    ...BULK_RESPONSE,
    Operations: [
      createdAt(users(NOOR), "noor", 'W/"hFdnXsiVpzz63Ffk"', "201"),
      { location: users(BRAM), method: "PUT", version: 'W/"CzJr4i0B3JrTAwR4"', status: "200" },
      { location: users(EDDA), method: "PATCH", version: 'W/"CzJr4i0B3JrTAwR4"', status: "200" },
      { location: users(GONE), method: "DELETE", status: "204" },
    ],
  }),
};

/** §3.7.3: the status of an operation that failed. */
export const failedStatus = { status: "400", response: error("400", "No such schema.", "invalidSyntax") };

const failedCreate = { method: "POST", bulkId: "noor", ...failedStatus };

/** §3.7.3: the response to that request when it stops at its first error. */
export const stoppedAtFirstError = { response: responseOf({ ...BULK_RESPONSE, Operations: [failedCreate] }) };

/** §3.7.3: the response to that request when it goes on and all operations fail. */
export const allFailed = {
  response: responseOf({
    ...BULK_RESPONSE,
    Operations: [
      failedCreate,
      { location: users(BRAM), method: "PUT", status: "412", response: error("412", "Bram was changed since.") },
      { location: users(EDDA), method: "PATCH", status: "412", response: error("412", "Edda was changed since.") },
      { location: users(GONE), method: "DELETE", status: "404", response: error("404", "Nobody has this id.") },
    ],
  }),
};

/** §3.7.4: a body of more than maxPayloadSize. */
export const tooLarge = {
  response: responseOf({ schemas: [ERROR], status: "413", detail: "1048577 bytes are too many." }),
};
