import type { ClientOptions, CredentialFacts } from "./options.ts";

/** Gives the headers that a request is let in by. */
export interface Credentials {
  readonly headers: (facts: CredentialFacts) => Promise<Readonly<Record<string, string>>>;
  /** Whether asking again can give others. */
  readonly canChange: boolean;
}

export function credentialsOf({ token, authenticate }: Pick<ClientOptions, "token" | "authenticate">): Credentials {
  return {
    canChange: typeof token === "function" || authenticate !== undefined,
    headers: async (facts) => {
      const bearer = typeof token === "function" ? await token(facts) : token;
      return {
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...(await authenticate?.(facts)),
      };
    },
  };
}
