/** Where the docs say how an adapter does what a chapter of the kit asks, and what of the package helps with it. */
export interface Remedy {
  /** A heading of `docs/writing-an-adapter.md`, as its address has it. */
  readonly anchor: string;
  /** What to call, or to write. */
  readonly helper: string;
}

const PAGE = "docs/writing-an-adapter.md";

/** By chapter of the score card. */
export const REMEDIES: Readonly<Record<string, Remedy>> = {
  create: {
    anchor: "create",
    helper: 'throw `errors.uniqueness("id")` for an id that is there, and give the resource back as stored',
  },
  get: { anchor: "get", helper: "give a copy, and undefined for an unknown id" },
  replace: {
    anchor: "replace",
    helper: "take `untouched` from the state before, and give undefined for an unknown id",
  },
  delete: { anchor: "delete", helper: "find the holders by `resourceType.references`" },
  versions: { anchor: "versions", helper: "throw `errors.versionMismatch()` in the statement that writes" },
  copies: { anchor: "get", helper: "`structuredClone` what comes in and what goes out" },
  values: { anchor: "values", helper: "keep the resource as JSON, and compare by `attribute.key(value)`" },
  uniqueness: {
    anchor: "uniqueness",
    helper: "a unique index over `attribute.key(value)`, and `throw errors.uniqueness(path.text)` where it refuses",
  },
  tenants: {
    anchor: "tenants",
    helper: "put `context.tenant` into every statement; where tenants must exist first, give the kit a `context`",
  },
  references: {
    anchor: "references",
    helper: "`referencesIn` finds them, `settleReference` says what to store and what to refuse",
  },
  groups: {
    anchor: "computed-attributes",
    helper: "compute `resourceType.inverses` from the holders' references when selected",
  },
  deltas: { anchor: "deltas", helper: 'give `"declined"` for what `applyDelta` cannot do' },
  filters: { anchor: "look-ups-by-key", helper: "`weaken` what the backend can run, and let `queryByScan` look again" },
  sorting: {
    anchor: "sorting-and-pages",
    helper: "`queryByScan` sorts; SQL sorts by a column of `attribute.key(value)`",
  },
  pages: { anchor: "sorting-and-pages", helper: "`queryByScan` pages; read page and total in one statement" },
  cursors: { anchor: "sorting-and-pages", helper: "let a cursor be the sort key and the id, never an offset" },
  streams: {
    anchor: "streams",
    helper:
      "give an async iterable of one state, or one that fails where it changes, whose `return()` frees what it holds",
  },
  secrets: { anchor: "secrets", helper: 'say `notify({ type: "secretDropped", attribute })` of each that is not kept' },
  abort: { anchor: "faults", helper: "`signal?.throwIfAborted()` before anything is written" },
  transactions: { anchor: "faults", helper: "run `work` in one transaction of the backend" },
  decisions: {
    anchor: "decisions",
    helper:
      "take everything back where the `work` of a transaction rejects, and refuse a write whose version is not the asked one",
  },
  faults: { anchor: "faults", helper: "one transaction for each write" },
  releases: {
    anchor: "releases",
    helper:
      "keep what the resource type does not name, and compare by `attribute.key(value)` of the type of the request",
  },
  upkeep: { anchor: "upkeep", helper: "leave out what the adapter cannot do: each of the four methods is optional" },
  outbox: {
    anchor: "outbox",
    helper: "append in the transaction of the call, give of each resource the first event alone, or have no outbox",
  },
  ledger: {
    anchor: "ledger",
    helper: "keep entries by tenant, kind and key, in the transaction of the call, or have no ledger",
  },
  returning: {
    anchor: "returning",
    helper:
      "begin with the version behind that of `restores`, and leave `capabilities.keepsDeleted` out unless deleted rows stay",
  },
  grants: {
    anchor: "deltas",
    helper: "give as `added` and `removed` what the database says was written and deleted, not what the request names",
  },
  moving: {
    anchor: "moving",
    helper: "take `resource.meta` as it is given, and let `creatingMany` store all in one transaction, or leave it out",
  },
  accepts: {
    anchor: "accepts",
    helper: "throw in `accepts` for what the adapter has no place for, or leave it out",
  },
  processes: {
    anchor: "processes",
    helper: "compare and swap in the store itself, or say `capabilities.atomic: false` and let one process write",
  },
  random: {
    anchor: "look-ups-by-key",
    helper: "`predicateOf` of `scimkit/filter` says what matches, `queryByScan` what is given",
  },
  announced: { anchor: "capabilities", helper: "set `capabilities` of the adapter" },
};

/** The remedy of a chapter, as a sentence. */
export function remedyOf(chapter: string): string {
  const remedy = REMEDIES[chapter];
  return remedy === undefined ? `See ${PAGE}.` : `See ${PAGE}#${remedy.anchor}: ${remedy.helper}.`;
}
