import { all, type HostTriggers, isHolder, type KeyedColumn, named, triggerName } from "./host-triggers.ts";
import { identifier } from "./names.ts";

/** In the form that a column of times takes, and one of texts. */
const NOW = `to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Functions and triggers of PostgreSQL. */
export const postgresTriggers: HostTriggers = {
  ofRows(table) {
    const name = triggerName(table, "row");
    const [version, modified] = [identifier(table.version), identifier(table.lastModified)];
    const isAsBefore = table.keys.map(
      ({ key }) => `NEW.${identifier(key)} IS NOT DISTINCT FROM OLD.${identifier(key)}`,
    );
    const changed = table.keys.map(
      (keyed) =>
        `    IF NEW.${identifier(keyed.column)} IS DISTINCT FROM OLD.${identifier(keyed.column)} THEN ${keyOf(keyed)} END IF;\n`,
    );
    const made = table.keys.map((keyed) => `  IF NEW.${identifier(keyed.key)} IS NULL THEN ${keyOf(keyed)} END IF;\n`);
    return [
      `CREATE OR REPLACE FUNCTION ${functionOf(table, name)}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF ${all([`NEW.${version} = OLD.${version}`, ...isAsBefore])} THEN
    NEW.${version} := OLD.${version} + 1;
    NEW.${modified} := ${NOW};
${changed.join("")}  END IF;
  RETURN NEW;
END $$`,
      `CREATE TRIGGER ${name} BEFORE UPDATE ON ${named(table)} FOR EACH ROW EXECUTE FUNCTION ${functionOf(table, name)}()`,
      ...(made.length === 0
        ? []
        : [
            `CREATE OR REPLACE FUNCTION ${functionOf(table, triggerName(table, "new"))}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
${made.join("")}  RETURN NEW;
END $$`,
            `CREATE TRIGGER ${triggerName(table, "new")} BEFORE INSERT ON ${named(table)} FOR EACH ROW EXECUTE FUNCTION ${functionOf(table, triggerName(table, "new"))}()`,
          ]),
    ];
  },
  ofParts(table) {
    const { whole } = table;
    const name = triggerName(table, "part");
    // The trigger of the row counts.
    const count = (row: string, and = ""): string =>
      `UPDATE ${named(whole)} t SET ${identifier(whole.version)} = t.${identifier(whole.version)} WHERE ${isHolder(table, "t.", row)}${and};`;
    const isSameRow = all(table.id.map((column) => `m.${identifier(column)} = NEW.${identifier(column)}`));
    // What wrote both has counted already: scimkit, and whoever changes the row in the same transaction.
    const isCounted = `EXISTS (SELECT 1 FROM ${named(table)} m WHERE ${isSameRow} AND m.xmin = t.xmin)`;
    return [
      `CREATE OR REPLACE FUNCTION ${functionOf(table, name)}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    ${count("OLD")}
  END IF;
  IF TG_OP <> 'DELETE' THEN
    ${count("NEW", ` AND NOT ${isCounted}`)}
  END IF;
  RETURN NULL;
END $$`,
      `CREATE TRIGGER ${name} AFTER INSERT OR UPDATE OR DELETE ON ${named(table)} FOR EACH ROW EXECUTE FUNCTION ${functionOf(table, name)}()`,
    ];
  },
  ofEntries(table) {
    const { part } = table;
    const { whole } = part;
    const name = triggerName(table, "entry");
    const isNamed = `m.${identifier(table.column)} = NEW.${identifier(table.id)} AND ${isHolder(part, "t.", "m")}`;
    return [
      `CREATE OR REPLACE FUNCTION ${functionOf(table, name)}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE ${named(whole)} t SET ${identifier(whole.version)} = t.${identifier(whole.version)}
    WHERE EXISTS (SELECT 1 FROM ${named(part)} m WHERE ${isNamed});
  RETURN NULL;
END $$`,
      `CREATE TRIGGER ${name} AFTER UPDATE ON ${named(table)} FOR EACH ROW EXECUTE FUNCTION ${functionOf(table, name)}()`,
    ];
  },
};

/** A function beside its table. */
function functionOf({ schema }: { readonly schema?: string | undefined }, name: string): string {
  return schema === undefined ? name : `${identifier(schema)}.${name}`;
}

function keyOf({ column, key, isExact }: KeyedColumn): string {
  const value = `NEW.${identifier(column)}`;
  if (isExact === undefined) return `NEW.${identifier(key)} := NULL;`;
  const text = isExact ? value : `lower(${value} COLLATE "C")`;
  return `NEW.${identifier(key)} := CASE WHEN octet_length(${value}) = char_length(${value}) THEN ${text} END;`;
}
