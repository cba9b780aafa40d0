import {
  all,
  type HostTriggers,
  isHolder,
  type KeyedColumn,
  named,
  type PartTable,
  triggerName,
} from "./host-triggers.ts";
import { spell } from "./mysql-words.ts";
import { identifier } from "./names.ts";

/** Triggers of MariaDB and MySQL; with the command line client each stands between `DELIMITER` lines. */
export const mysqlTriggers: HostTriggers = {
  ofRows(table) {
    const [version, modified] = [identifier(table.version), identifier(table.lastModified)];
    const isAsBefore = table.keys.map(({ key }) => `NEW.${identifier(key)} <=> OLD.${identifier(key)}`);
    const changed = table.keys.map(
      (keyed) =>
        `    IF NOT (NEW.${identifier(keyed.column)} <=> OLD.${identifier(keyed.column)}) THEN ${keyOf(keyed)} END IF;\n`,
    );
    const made = table.keys.map((keyed) => `  IF NEW.${identifier(keyed.key)} IS NULL THEN ${keyOf(keyed)} END IF;\n`);
    return [
      `CREATE TRIGGER ${triggerName(table, "row")} BEFORE UPDATE ON ${named(table)} FOR EACH ROW BEGIN
  IF ${all([`NEW.${version} = OLD.${version}`, ...isAsBefore])} THEN
    SET NEW.${version} = OLD.${version} + 1;
    SET NEW.${modified} = UTC_TIMESTAMP(3);
${changed.join("")}  END IF;
END`,
      ...(made.length === 0
        ? []
        : [
            `CREATE TRIGGER ${triggerName(table, "new")} BEFORE INSERT ON ${named(table)} FOR EACH ROW BEGIN\n${made.join("")}END`,
          ]),
    ].map(spell);
  },
  ofParts: (table) =>
    [
      partTrigger(table, "INSERT", ["NEW"]),
      partTrigger(table, "UPDATE", ["OLD", "NEW"]),
      partTrigger(table, "DELETE", ["OLD"]),
    ].map(spell),
  ofEntries(table) {
    const { part } = table;
    const { whole } = part;
    const isNamed = `m.${identifier(table.column)} = NEW.${identifier(table.id)} AND ${isHolder(part, "t.", "m")}`;
    return [
      `CREATE TRIGGER ${triggerName(table, "entry")} AFTER UPDATE ON ${named(table)} FOR EACH ROW
  UPDATE ${named(whole)} t SET t.${identifier(whole.version)} = t.${identifier(whole.version)} + 1
    WHERE EXISTS (SELECT 1 FROM ${named(part)} m WHERE ${isNamed})`,
    ].map(spell);
  },
};

function partTrigger(table: PartTable, verb: string, rows: readonly string[]): string {
  const { whole } = table;
  const version = identifier(whole.version);
  const counts = rows.map(
    (row) =>
      `  UPDATE ${named(whole)} SET ${version} = ${version} + 1, ${identifier(whole.lastModified)} = UTC_TIMESTAMP(3) WHERE ${isHolder(table, "", row)};\n`,
  );
  const name = triggerName(table, verb.toLowerCase());
  return `CREATE TRIGGER ${name} AFTER ${verb} ON ${named(table)} FOR EACH ROW BEGIN\n${counts.join("")}END`;
}

function keyOf({ column, key, isExact }: KeyedColumn): string {
  const value = `NEW.${identifier(column)}`;
  if (isExact === undefined) return `SET NEW.${identifier(key)} = NULL;`;
  const text = isExact ? value : `LOWER(CONVERT(${value} USING utf8mb4))`;
  return `SET NEW.${identifier(key)} = CASE WHEN LENGTH(${value}) = CHAR_LENGTH(${value}) THEN ${text} END;`;
}
