import { readFileSync } from "node:fs";
import type { AttributeJson } from "../../src/schema/schema-json.ts";

/** An attribute as a row says it: all but its description, its sub-attributes in rows of their own. */
export type Characteristics = Omit<AttributeJson, "description" | "subAttributes">;

/** A table of rfc7643-8.7-schemas.md. */
export interface SchemaTable {
  readonly id: string;
  readonly name: string;
  readonly attributes: readonly Characteristics[];
}

const text = readFileSync(new URL("rfc7643-8.7-schemas.md", import.meta.url), "utf8");

/** The tables by the URN of their schema. */
export const schemaTables: ReadonlyMap<string, SchemaTable> = new Map(
  text
    .split(/^## §[\d.]+ /m)
    .slice(1)
    .map(readTable)
    .map((table) => [table.id, table]),
);

function readTable(section: string): SchemaTable {
  const [name = "", id = ""] = section.split("\n").filter((line) => line !== "");
  const [columns = [], _rule, ...rows] = section
    .split("\n")
    .flatMap((line) => (line.startsWith("|") ? [cells(line)] : []));
  const attributes = rows.map((row) =>
    Object.fromEntries(
      row.flatMap((cell, index) => (cell === "" ? [] : [[columns[index], readCell(columns[index] ?? "", cell)]])),
    ),
  );
  return { name, id: id.replaceAll("`", ""), attributes: attributes as Characteristics[] };
}

function cells(line: string): string[] {
  return line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}

function readCell(column: string, cell: string): boolean | string | string[] {
  if (["canonicalValues", "referenceTypes"].includes(column)) return cell === "[]" ? [] : cell.split(" ");
  return ["true", "false"].includes(cell) ? cell === "true" : cell;
}
