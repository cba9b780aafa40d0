import { expectTypeOf, test } from "vitest";
import { bearerToken, createScim, User } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";

const given = { resourceTypes: [User], storage: memoryStorage(), baseUrl: "https://example.com/scim/v2" };

test("what authenticate returns is the context of every other option", () => {
  createScim({
    ...given,
    authenticate: async () => ({ tenant: "acme", userId: "7" }),
    tenant: (context) => {
      expectTypeOf(context).toEqualTypeOf<{ tenant: string; userId: string }>();
      return undefined;
    },
    resolveMe: ({ userId }) => ({ resourceType: "User", id: userId }),
    throttle: (_request, context) => {
      expectTypeOf(context?.userId).toEqualTypeOf<string | undefined>();
    },
  });
});

test("the contexts of bearer tokens are those of every other option, whether they are listed or looked up", () => {
  createScim({
    ...given,
    authenticate: bearerToken({ "a-long-random-secret": { tenant: "acme", plan: "pro" } }),
    authorize: (_operation, { plan }) => {
      expectTypeOf(plan).toEqualTypeOf<string>();
    },
  });
  createScim({
    ...given,
    authenticate: bearerToken((token) => (token === "" ? undefined : { tenant: token, plan: 7 })),
    tenant: ({ plan }) => {
      expectTypeOf(plan).toEqualTypeOf<number>();
      return undefined;
    },
  });
});

test("a context need not have a tenant, and has none that is no string", () => {
  createScim({
    ...given,
    authenticate: () => ({ userId: "7" }),
    authorize: (_operation, { userId }) => {
      expectTypeOf(userId).toEqualTypeOf<string>();
    },
  });
  // @ts-expect-error a number is no tenant
  createScim({ ...given, authenticate: () => ({ tenant: 7 }) });
});
