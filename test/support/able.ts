/** What nearly every adapter can do, so that a test of one says what it cannot. */
export const ABLE = { filter: true, sort: true, tenants: true, danglingReferences: true } as const;

/** What an adapter that a test makes is called, and can do. */
export const OF_A_TEST = { name: "of a test", contract: 1, capabilities: ABLE } as const;
