import { bearerToken } from "../../protocol/bearer.ts";
import { EnterpriseUserSchema } from "../../schema/core/enterprise-user.ts";
import { Group } from "../../schema/core/group.ts";
import { User } from "../../schema/core/user.ts";
import type { CompiledResourceType } from "../../schema/resource-type.ts";
import type { ResourceObject } from "../../schema/value.ts";
import { createScim, type Scim } from "../../scim.ts";
import { memoryStorage } from "../../storage/memory/index.ts";
import { type TestAnswer, testClient } from "../client.ts";
import type { TestSeed, TestServerOptions } from "./options.ts";

/** The service that clients ask, and a look at what is stored that nothing in the options of the test hides. */
export interface TestService {
  readonly scim: Scim;
  resources(resourceType: string): Promise<readonly ResourceObject[]>;
}

/** Makes the service over storage of its own, with what the seed says in it. */
export async function makeService(
  { storage: makeStorage = () => memoryStorage(), listen, port, seed = {}, token, ...options }: TestServerOptions,
  place: { readonly url: string; readonly token: string },
): Promise<TestService> {
  const storage = await makeStorage();
  const resourceTypes = options.resourceTypes ?? [User.extend(EnterpriseUserSchema), Group];
  const scim = createScim({
    authenticate: bearerToken(place.token),
    ...options,
    resourceTypes,
    storage,
    baseUrl: place.url,
  });
  let id: string | undefined;
  const inside = createScim({
    resourceTypes,
    storage,
    baseUrl: place.url,
    unsafeNoAuthentication: true,
    idFor: () => id,
  });
  const client = testClient(inside);
  const createAll = async (type: CompiledResourceType, bodies: readonly object[]): Promise<void> => {
    for (const body of bodies) {
      const { id: wanted, ...attributes } = body as ResourceObject;
      id = typeof wanted === "string" ? wanted : undefined;
      const answer = await client.post(type.endpoint, { schemas: schemasOf(type, attributes), ...attributes });
      if (answer.status !== 201) throw refused(type, body, answer);
    }
  };
  const typeNamed = (name: string): CompiledResourceType => {
    const found = inside.resourceTypes.find((type) => type.name === name);
    if (found !== undefined) return found;
    const names = inside.resourceTypes.map((type) => type.name).join(", ");
    throw new TypeError(`startTestServer: there is no resource type ${name}; there are ${names}.`);
  };
  const { users = [], groups = [], others = {} } = await seedOf(seed);
  if (users.length > 0) await createAll(typeNamed("User"), users);
  if (groups.length > 0) await createAll(typeNamed("Group"), groups);
  for (const [name, bodies] of Object.entries(others)) await createAll(typeNamed(name), bodies);
  return {
    scim,
    async resources(name) {
      const { endpoint } = typeNamed(name);
      const found: ResourceObject[] = [];
      for (;;) {
        const page = await client.get(`${endpoint}?startIndex=${found.length + 1}&count=1000`);
        found.push(...page.resources);
        if (page.resources.length === 0 || found.length >= Number(page.body.totalResults)) return found;
      }
    },
  };
}

function seedOf(seed: NonNullable<TestServerOptions["seed"]>): TestSeed | Promise<TestSeed> {
  return typeof seed === "function" ? seed() : seed;
}

/** What a client has to say of a body: the resource's schema, and extensions that it has something of. */
function schemasOf({ urn, extensions }: CompiledResourceType, attributes: ResourceObject): readonly string[] {
  const used = extensions.map((extension) => extension.urn).filter((name) => attributes[name] !== undefined);
  return [urn, ...used];
}

function refused({ name }: CompiledResourceType, body: object, { status, body: error }: TestAnswer): Error {
  return new Error(`startTestServer: the seed's ${name} ${JSON.stringify(body)} is refused: ${status} ${error.detail}`);
}
