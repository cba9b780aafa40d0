/** What authors of storage adapters need: the contract, and what helps to keep it. `docs/writing-an-adapter.md` shows how. */

export { errors } from "../errors.ts";
export { comparePlaces, type SortPlace, sortPlaceOf } from "../filter/order.ts";
export type { Attribute, AttributePath } from "../schema/attribute.ts";
export type { CompiledResourceType, ReferenceAttribute } from "../schema/resource-type.ts";
export {
  type AttributePlace,
  isSame,
  type ResourceObject,
  readAttribute,
  valueAt,
} from "../schema/value.ts";
export type {
  Context,
  CreateRequest,
  CursorPage,
  DeleteRequest,
  DeltaRequest,
  DeltaResult,
  GetRequest,
  IndexPage,
  MissingReference,
  Moved,
  NewResource,
  Page,
  QueryRequest,
  QueryResult,
  ReadRequest,
  ReplaceRequest,
  SchemaChange,
  Secrets,
  Select,
  Sort,
  StorageAdapter,
  StorageCapabilities,
  StorageNotice,
  StorageRequest,
  StoredMeta,
  StoredResource,
  WriteRequest,
} from "./adapter.ts";
export { isCursorPage, SELECT_ALL } from "./adapter.ts";
export { type StorageByTenant, type StorageOfTenant, storageByTenant } from "./by-tenant.ts";
export { checkComparisons } from "./cost.ts";
export { type CreateMany, creatingMany } from "./create-many.ts";
export { type DocumentStorage, type DocumentStorageOptions, documentStorage } from "./document/storage.ts";
export type {
  AtomicDocuments,
  Document,
  DocumentChange,
  DocumentKey,
  DocumentPlace,
  DocumentReads,
  DocumentStorageSettings,
  DocumentStore,
  ListedDocument,
  SingleDocuments,
} from "./document/store.ts";
export { inverseElement, withInverses } from "./inverse.ts";
export { compareWalk, type Position, readPosition, walkPlace, writePosition } from "./keyset.ts";
export type { Ledger, LedgerEntry } from "./ledger.ts";
export type { NewOutboxEntry, Outbox, OutboxEntry, OutboxLag } from "./outbox.ts";
export {
  type HeldReference,
  referencesIn,
  resolveReferences,
  type SettleOptions,
  settleReference,
  settleReferences,
  withoutReferencesTo,
} from "./reference.ts";
export { queryByScan, type ScanOptions } from "./scan.ts";
export { type HashedSecrets, type HashSecret, hashSecrets } from "./secrets.ts";
export { type SettledDelta, settleDelta } from "./settle-delta.ts";
export type {
  Counts,
  ExportedResource,
  Finding,
  ReindexOptions,
  ReindexReport,
  Upkeep,
  UpkeepOptions,
  UpkeepProgress,
} from "./upkeep.ts";
export { distinctElements, isSameResource, type UniqueKey, uniqueKeys, valuesAt, withAttribute } from "./values.ts";
export { type StorageWrapper, type WrappedStorage, wrapStorage } from "./wrap.ts";
