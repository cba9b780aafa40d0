/** What a server sends: it has any shape, and a check asks it for what it needs. The one `any` of the checker. */
// biome-ignore lint/suspicious/noExplicitAny: an unknown would have to be narrowed at each step into a body, in some 300 checks
export type Json = any;
