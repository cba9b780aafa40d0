import { vi } from "vitest";
import { sqliteEngine } from "../engines.ts";
import { conformanceOver } from "./conformance.ts";
import { organizations, plain } from "./tables.ts";

// A database that gives no rows of its writes and makes no lists of rows, as MySQL does not: both are asked for by a statement more.
vi.mock("../../../../src/storage/sql/dialect/find.ts", async () => {
  const { sqlite } = await import("../../../../src/storage/sql/dialect/sqlite.ts");
  const { supportsReturning: _, ...withoutReturning } = sqlite;
  const dialect = () => ({ ...withoutReturning, readsElementsAsRows: true });
  return { DIALECTS: [sqlite], dialectOf: dialect, dialectIn: dialect };
});

conformanceOver(organizations, sqliteEngine("SQLite in memory"));
conformanceOver(plain, sqliteEngine("SQLite in memory"));
