import type { IncomingMessage } from "node:http";
import type { Request as ExpressRequest } from "express";
import { expectTypeOf, test } from "vitest";
import { fetchHandler } from "../../src/hosts/fetch.ts";
import { errorHandler, nodeHandler } from "../../src/hosts/node.ts";
import { bearerToken, createScim, type Scim, User } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";

const given = { resourceTypes: [User], storage: memoryStorage(), baseUrl: "https://example.com/scim/v2" } as const;
const request = { method: "GET", url: "/scim/v2/Users", headers: {} };

test("what authenticate takes as host is what handle and the hosts have to give", () => {
  const plain = createScim({ ...given, authenticate: () => ({}) });
  expectTypeOf(plain).toEqualTypeOf<Scim<unknown, typeof User>>();
  plain.handle(request);
  plain.handle(request, 7);
  const own = createScim({
    ...given,
    authenticate: async (_request, host: { readonly userId: string }) => ({ userId: host.userId }),
    throttle: (_request, context, host) => {
      expectTypeOf(host.userId).toBeString();
      expectTypeOf(context?.userId).toEqualTypeOf<string | undefined>();
    },
    tenant: (_context, host) => {
      expectTypeOf(host).toEqualTypeOf<{ readonly userId: string }>();
      return undefined;
    },
  });
  expectTypeOf(own).toEqualTypeOf<Scim<{ readonly userId: string }, typeof User>>();
  own.handle(request, { userId: "7" });
  // @ts-expect-error it is asked for
  own.handle(request);
  // @ts-expect-error a number is no such host
  own.handle(request, 7);
  nodeHandler(own, { host: () => ({ userId: "7" }) });
  fetchHandler(own, { host: () => ({ userId: "7" }) });
  // @ts-expect-error Node's request is no such host
  nodeHandler(own);
  // @ts-expect-error nor is that of fetch
  fetchHandler(own);
  errorHandler(own);
});

test("a request of Node or of Express is what nodeHandler gives, and that of fetch what fetchHandler gives", () => {
  const overNode = createScim({ ...given, authenticate: (_request, host: IncomingMessage) => ({ at: host.url }) });
  nodeHandler(overNode);
  // @ts-expect-error it has no socket
  fetchHandler(overNode);
  const overExpress = createScim({ ...given, authenticate: (_request, { ip }: ExpressRequest) => ({ ip }) });
  nodeHandler(overExpress);
  const overFetch = createScim({ ...given, authenticate: (_request, host: Request) => ({ at: host.url }) });
  fetchHandler(overFetch);
  // @ts-expect-error it is no request of Node
  nodeHandler(overFetch);
  nodeHandler(createScim({ ...given, authenticate: () => ({}) }));
  fetchHandler(createScim({ ...given, authenticate: () => ({}) }));
});

test("a look-up of tokens sees the host too", () => {
  const scim = createScim({
    ...given,
    authenticate: bearerToken(async (_token, _request, { ip }: ExpressRequest) => ({ tenant: "acme", ip })),
    authorize: (_operation, { ip }) => {
      expectTypeOf(ip).toEqualTypeOf<string | undefined>();
    },
  });
  expectTypeOf(scim).toEqualTypeOf<Scim<ExpressRequest, typeof User>>();
  nodeHandler(scim);
});

test("authorize knows the names of the resource types", () => {
  createScim({
    ...given,
    authenticate: () => ({}),
    authorize: ({ resourceTypes, access }) => {
      expectTypeOf(resourceTypes).toEqualTypeOf<readonly "User"[]>();
      expectTypeOf(access).toEqualTypeOf<"read" | "write" | "discover">();
    },
  });
});
