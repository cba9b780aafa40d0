// The service that every runtime, loader and host serves, of the modules that each of them loaded in its own way.
const TOKEN = "a-long-random-secret";
const BASE = "/scim/v2";

/** Nothing here is asynchronous: it runs while a module loads, as README's first lines do, and on Workers nothing else may. */
function createService({ scimkit, memory }, storage = memory.memoryStorage()) {
  const { bearerToken, createScim, EnterpriseUserSchema, Group, User } = scimkit;
  return createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage,
    baseUrl: `https://example.com${BASE}`,
    authenticate: bearerToken(TOKEN),
    timeout: 60_000,
  });
}

module.exports = { BASE, createService, TOKEN };
