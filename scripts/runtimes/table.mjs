// The results, one line a combination.

/** Prints runtime, loader, host and storage of each combination, and how many cases passed and failed. */
export function printTable(cells, results) {
  const rows = [
    ["runtime", "loader", "host", "storage", "passed", "failed"],
    ...cells.map(({ runtime, loader, host, storage }, index) => {
      const { passed, failures } = results[index];
      return [runtime, loader, host, storage, String(passed), String(failures.length)];
    }),
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((text, column) => text.padEnd(widths[column])).join(" | ")} |`;
  console.log(line(rows[0]));
  console.log(`|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`);
  for (const row of rows.slice(1)) console.log(line(row));
}
