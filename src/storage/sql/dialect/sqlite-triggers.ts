import {
  all,
  type HostTriggers,
  isHolder,
  type KeyedColumn,
  named,
  type PartTable,
  triggerName,
} from "./host-triggers.ts";
import { identifier } from "./names.ts";

const NOW = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

/** Triggers of SQLite, which write the row again: they see to it that they do not follow themselves. */
export const sqliteTriggers: HostTriggers = {
  ofRows(table) {
    const isRow = all(table.id.map((column) => `${identifier(column)} = NEW.${identifier(column)}`));
    const [version, modified] = [identifier(table.version), identifier(table.lastModified)];
    const isAsBefore = table.keys.map(({ key }) => `NEW.${identifier(key)} IS OLD.${identifier(key)}`);
    const keys = table.keys.map(
      (keyed) =>
        `, ${identifier(keyed.key)} = CASE WHEN NEW.${identifier(keyed.column)} IS OLD.${identifier(keyed.column)} THEN ${identifier(keyed.key)} ELSE ${keyOf(keyed)} END`,
    );
    const made = table.keys.map(
      (keyed) => `${identifier(keyed.key)} = coalesce(${identifier(keyed.key)}, ${keyOf(keyed)})`,
    );
    return [
      `CREATE TRIGGER ${triggerName(table, "row")} AFTER UPDATE ON ${named(table)} FOR EACH ROW
WHEN ${all([`NEW.${version} = OLD.${version}`, ...isAsBefore])} BEGIN
  UPDATE ${named(table)} SET ${version} = OLD.${version} + 1, ${modified} = ${NOW}${keys.join("")} WHERE ${isRow};
END`,
      ...(made.length === 0
        ? []
        : [
            `CREATE TRIGGER ${triggerName(table, "new")} AFTER INSERT ON ${named(table)} FOR EACH ROW
WHEN ${table.keys.map(({ column, key }) => `(NEW.${identifier(key)} IS NULL AND NEW.${identifier(column)} IS NOT NULL)`).join(" OR ")} BEGIN
  UPDATE ${named(table)} SET ${made.join(", ")}, ${version} = ${version} + 1 WHERE ${isRow};
END`,
          ]),
    ];
  },
  ofParts: (table) => [
    partTrigger(table, "INSERT", ["NEW"]),
    partTrigger(table, "UPDATE", ["OLD", "NEW"]),
    partTrigger(table, "DELETE", ["OLD"]),
  ],
  ofEntries(table) {
    const { part } = table;
    const { whole } = part;
    const isNamed = `m.${identifier(table.column)} = NEW.${identifier(table.id)} AND ${isHolder(part, `${identifier(whole.table)}.`, "m")}`;
    return [
      `CREATE TRIGGER ${triggerName(table, "entry")} AFTER UPDATE ON ${named(table)} FOR EACH ROW BEGIN
  UPDATE ${named(whole)} SET ${identifier(whole.version)} = ${identifier(whole.version)} + 1
    WHERE EXISTS (SELECT 1 FROM ${named(part)} m WHERE ${isNamed});
END`,
    ];
  },
};

function partTrigger(table: PartTable, verb: string, rows: readonly string[]): string {
  const { whole } = table;
  const [version, modified] = [identifier(whole.version), identifier(whole.lastModified)];
  const counts = rows.map(
    (row) =>
      `  UPDATE ${named(whole)} SET ${version} = ${version} + 1, ${modified} = ${NOW} WHERE ${isHolder(table, "", row)};\n`,
  );
  const name = triggerName(table, verb.toLowerCase());
  return `CREATE TRIGGER ${name} AFTER ${verb} ON ${named(table)} FOR EACH ROW BEGIN\n${counts.join("")}END`;
}

function keyOf({ column, isExact }: KeyedColumn): string {
  const value = `NEW.${identifier(column)}`;
  if (isExact === undefined) return "NULL";
  return `CASE WHEN length(CAST(${value} AS BLOB)) = length(${value}) THEN ${isExact ? value : `lower(${value})`} END`;
}
