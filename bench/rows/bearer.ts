import assert from "node:assert/strict";
import type { Work } from "../harness/work.ts";
import { bearerByHand } from "../limit/bearer.ts";

const TOKEN = "vJ3kq2mUJ8T0w8aEoYy4-9Zr1cXq7LwTn5bHdPf0S";

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Who asks, by a token. */
export const bearer: Work = {
  name: "bearer token",
  about: "Says whose request it is by the token in its Authorization header, which is compared in constant time.",
  target: 1.5,
  input: (turn): Asked => ({
    method: "GET",
    url: `/scim/v2/Users/${turn}`,
    headers: {
      host: "example.com",
      accept: "application/scim+json",
      "user-agent": "provider/1.0",
      authorization: Buffer.from(`Bearer ${TOKEN}`).toString(),
    },
  }),
  limit: () => {
    const authenticate = bearerByHand(TOKEN);
    return ({ headers }: Asked) => authenticate(headers);
  },
  scimkit: async (subject) => (await subject.load("scimkit")).bearerToken(TOKEN),
  check: (answer) => assert.deepEqual(answer, {}),
};
