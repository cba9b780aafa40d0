import type { Check } from "../../checker/check.ts";
import type { Terminal } from "../command.ts";

/** The checks, a line each: on a terminal in columns, elsewhere with tabs between them. */
export function listOf(checks: readonly Check[], { isTTY }: Pick<Terminal, "isTTY">): string {
  const rows = checks.map(({ id, level, section, title }) => [id, level, section, title]);
  if (!isTTY) return rows.map((row) => `${row.join("\t")}\n`).join("");
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  return `${lines.join("\n")}\n${checks.length} checks.\n`;
}
