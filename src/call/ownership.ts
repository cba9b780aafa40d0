/** How it is remembered which resources an identity provider owns. */
export interface OwnershipOptions<C> {
  /**
   * Names the provider that a request is of, so that several connections of one tenant are told apart; undefined for a caller that is
   * none (an administrator's tool), whose writes make nobody the owner. At most 200 characters. Default: every caller is a provider, and
   * all of them are called `"provider"`.
   */
  readonly owner?: ((context: C) => string | undefined) | undefined;
  /**
   * Attributes that the host's own people may edit on managed resources as well, as in `["User.nickName"]`, by path with the type in
   * front. Default: none.
   */
  readonly hostOwned?: readonly string[] | undefined;
}

/** The same with what it comes to. */
export interface OwnershipRules<C> {
  readonly ownerOf: (context: C) => string | undefined;
  readonly hostOwned: readonly string[];
}

/** Under which kind the ledger knows managed resources. */
export const MANAGED = "managed";
/** Under which kind the ledger knows which resource had an externalId, after its provider was disconnected. */
export const FORMER = "former";

/** The key of a resource among those that are managed. */
export function managedKey(resourceType: string, id: string): string {
  return `${resourceType} ${id}`;
}

/** The key of an externalId among those of before; of a long one its digest, because keys are of a bounded length. */
export async function formerKey(resourceType: string, externalId: string): Promise<string> {
  if (externalId.length <= LONGEST_EXTERNAL_ID) return `${resourceType} ${externalId}`;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(externalId));
  return `${resourceType} sha256:${[...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

const LONGEST_EXTERNAL_ID = 255;
