export type { HashSecret } from "../secrets.ts";
export { type LibsqlClient, type LibsqlOptions, openLibsql } from "./drivers/libsql.ts";
export { type NamedStatementsOptions, namedStatements } from "./drivers/named-statements.ts";
export { openSqlite, type SqliteOptions } from "./drivers/node-sqlite.ts";
export type { CompanionName } from "./map/companions.ts";
export type { ColumnConstant, MappedDeleted } from "./map/deleted.ts";
export type { AuditValue, ColumnDefault, ColumnValue, ElementDefault } from "./map/filled-column.ts";
export type { ChildColumns, MappedChild, MappedChildren, MappedDictionary } from "./map/mapped-child.ts";
export type {
  ColumnCondition,
  ConvertedColumn,
  MappedColumn,
  MappedColumns,
  PartColumns,
} from "./map/mapped-column.ts";
export type { MappedId, MappedTenant } from "./map/mapped-id.ts";
export type { MappedPath, PartNames, PartValues, ReferenceNames } from "./map/mapped-path.ts";
export {
  type MappedCollection,
  type MappedCollections,
  type MappedElement,
  type MappedElements,
  type MappedTable,
  mapTable,
  type TableMapping,
} from "./map/mapping.ts";
export type { MappedMembership } from "./map/membership.ts";
export type { RefusalAnswer, RefusedWrite } from "./map/refused-write.ts";
export { type MappedStorage, type MappedStorageOptions, mappedStorage } from "./map/storage.ts";
export type { Preparation, PrepareOptions } from "./own/prepare.ts";
export type { SchemaComparison, SchemaQuestion, UnknownType } from "./own/schema-changes.ts";
export type { SqlStorage, SqlStorageOptions, TypeUpkeepOptions } from "./own/sql-storage.ts";
export { sqlStorage } from "./own/storage.ts";
export { transactionOf } from "./transaction-of.ts";
