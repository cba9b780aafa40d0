export { type ExportOptions, exportResources } from "./export.ts";
export { importResources } from "./import.ts";
export type { ImportProblem, TransferLine } from "./line.ts";
export type {
  ImportCounts,
  ImportOptions,
  ImportProgress,
  ImportResult,
  ImportSource,
} from "./options.ts";
