// Many customers: tokens are looked up, each customer has an identity provider of its own.
import { bearerToken, createScim, defineProfile, Group, type StorageAdapter, User } from "scimkit";

export interface Customer {
  readonly name: string;
  readonly provider: "entra" | "okta";
}

const PROFILES = {
  entra: { profile: defineProfile({ extends: "entra", settings: { putOmitted: "keep" } }) },
  okta: { profile: defineProfile({ extends: "okta" }) },
} as const;

export function tenants(storage: StorageAdapter, customerOf: (token: string) => Promise<Customer | undefined>) {
  const authenticate = bearerToken(async (token) => {
    const customer = await customerOf(token);
    return customer && { tenant: customer.name, provider: customer.provider };
  });
  return createScim({
    resourceTypes: [User, Group],
    storage,
    baseUrl: "https://example.com/scim/v2",
    authenticate,
    tenant: ({ provider }) => PROFILES[provider],
  });
}
