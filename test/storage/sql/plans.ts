import { CompiledQuery, type Kysely } from "kysely";
import type { Sent } from "./engines.ts";

/** One access to a table in the plan of a statement. */
export interface Access {
  readonly statement: string;
  /** The step as the database tells it. */
  readonly step: string;
  /** The columns of the index that the search is bounded by, in the order of the index; none where all is looked at. */
  readonly bounds: readonly string[];
}

/** Columns that many rows have in common. */
const COMMON = ["tenant", "type", "attribute", "scope", "org", "org_id"];

/** The accesses that look at all rows of a tenant, or of a type, or at all there are; or of what has one of `more`. */
export function wide(accesses: readonly Access[], more: readonly string[] = []): readonly Access[] {
  return accesses.filter(({ bounds }) => bounds.every((column) => [...COMMON, ...more].includes(column)));
}

/** Accesses as a failed test is to tell them. */
export function told(accesses: readonly Access[]): string {
  return accesses.map(({ step, statement }) => `${step}: ${statement}`).join("\n");
}

/** What plans are asked of. */
export interface Planned {
  readonly db: Kysely<unknown>;
  readonly isPostgres: boolean;
  readonly schema: string | undefined;
  /** Names of the tables that are looked after, and the aliases that SQLite may tell instead. */
  readonly tables: readonly string[];
  readonly aliases: readonly string[];
}

/** Statements that read or write rows, of those that were sent. */
export function planned(sent: readonly Sent[]): readonly Sent[] {
  return sent.filter(({ sql }) => /^(SELECT|WITH|INSERT|UPDATE|DELETE)\b/.test(sql) && !/pg_advisory/.test(sql));
}

/** The accesses of statements, as the database would run them now. `generic`: for whatever values there may come. */
export async function accessesOf(place: Planned, sent: readonly Sent[], generic = false): Promise<readonly Access[]> {
  const statements = planned(sent);
  const all: Access[] = [];
  await place.db.connection().execute(async (connection) => {
    const ask: Ask = async (text, parameters = []) =>
      (await connection.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text, [...parameters]))).rows;
    if (!place.isPostgres) {
      for (const { sql, parameters } of statements)
        for (const { detail } of await ask(`EXPLAIN QUERY PLAN ${sql}`, parameters))
          all.push(...sqliteAccess(place, sql, String(detail)));
      return;
    }
    const indexes = await readIndexes(ask, place.schema);
    for (const { sql, parameters } of statements) {
      const plan = generic ? await genericPlan(ask, sql, parameters.length) : await plainPlan(ask, sql, parameters);
      all.push(...nodesOf(plan).flatMap((node) => postgresAccess(place, indexes, sql, node)));
    }
  });
  return all;
}

/** How many rows of the tables the statements fetch when they are run once more, and undone: PostgreSQL only. */
export async function rowsFetched(place: Planned, sent: readonly Sent[]): Promise<number> {
  let rows = 0;
  await place.db.connection().execute(async (connection) => {
    const ask: Ask = async (text, parameters = []) =>
      (await connection.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text, [...parameters]))).rows;
    await ask("BEGIN");
    try {
      for (const { sql, parameters } of planned(sent)) {
        const answer = await ask(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${sql}`, parameters);
        for (const node of nodesOf(parsed(answer)))
          if (place.tables.includes(String(node["Relation Name"])))
            rows +=
              (Number(node["Actual Rows"] ?? 0) + Number(node["Rows Removed by Filter"] ?? 0)) *
              Number(node["Actual Loops"] ?? 1);
      }
    } finally {
      await ask("ROLLBACK");
    }
  });
  return rows;
}

type Ask = (text: string, parameters?: readonly unknown[]) => Promise<readonly Record<string, unknown>[]>;

const STEP = /^(SCAN|SEARCH) (\w+)(?: USING (.*))?$/;

function sqliteAccess({ tables, aliases }: Planned, statement: string, step: string): readonly Access[] {
  const [, verb, name = "", how = ""] = STEP.exec(step) ?? [];
  const isTable = tables.includes(name) || aliases.includes(name);
  // A materialized page that is joined is told as a table without an index.
  if (verb === undefined || !isTable) return [];
  const condition = /\(([^()]*(?:\([^()]*\)[^()]*)*)\)(?: LEFT-JOIN)?$/.exec(how)?.[1] ?? "";
  const bounds = condition.split(" AND ").map((part) => part.replace(/[=<>]+\?$/, ""));
  return [{ statement, step, bounds: condition === "" ? [] : bounds }];
}

type Node = Readonly<Record<string, unknown>>;

async function plainPlan(ask: Ask, sql: string, parameters: readonly unknown[]): Promise<Node> {
  return parsed(await ask(`EXPLAIN (FORMAT JSON) ${sql}`, parameters));
}

async function genericPlan(ask: Ask, sql: string, count: number): Promise<Node> {
  await ask("SET plan_cache_mode = force_generic_plan");
  await ask(`PREPARE asked AS ${sql}`);
  try {
    const nulls = Array.from({ length: count }, () => "NULL").join(", ");
    return parsed(await ask(`EXPLAIN (FORMAT JSON) EXECUTE asked${count === 0 ? "" : `(${nulls})`}`));
  } finally {
    await ask("DEALLOCATE asked");
    await ask("RESET plan_cache_mode");
  }
}

function parsed(rows: readonly Record<string, unknown>[]): Node {
  const plan = rows[0]?.["QUERY PLAN"];
  const [{ Plan }] = (typeof plan === "string" ? JSON.parse(plan) : plan) as readonly [{ readonly Plan: Node }];
  return Plan;
}

function nodesOf(node: Node): readonly Node[] {
  const inner = (node.Plans ?? []) as readonly Node[];
  return [node, ...inner.flatMap(nodesOf)];
}

/** The columns of every index, by its name; GIN has no order. */
type IndexColumns = ReadonlyMap<string, readonly string[] | "gin">;

async function readIndexes(ask: Ask, schema: string | undefined): Promise<IndexColumns> {
  const rows = await ask(`SELECT c.relname AS name, a.amname AS method,
    (SELECT json_agg(pg_get_indexdef(i.indexrelid, k, true) ORDER BY k) FROM generate_series(1, i.indnkeyatts) k)::text AS columns
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
    WHERE c.relnamespace = '"${schema}"'::regnamespace`);
  return new Map(
    rows.map(({ name, method, columns }) => [
      String(name),
      method === "gin" ? "gin" : (JSON.parse(String(columns)) as readonly string[]),
    ]),
  );
}

function postgresAccess({ tables }: Planned, indexes: IndexColumns, statement: string, node: Node): readonly Access[] {
  const type = String(node["Node Type"]);
  const index = node["Index Name"];
  if (index === undefined) {
    const isSeq = type === "Seq Scan" && tables.includes(String(node["Relation Name"]));
    return isSeq ? [{ statement, step: `${type} on ${String(node["Relation Name"])}`, bounds: [] }] : [];
  }
  const condition = String(node["Index Cond"] ?? "");
  const columns = indexes.get(String(index));
  // The catalog's own.
  if (columns === undefined) return [];
  const step = `${type} using ${String(index)} ${condition}`;
  if (columns === "gin") return [{ statement, step, bounds: condition === "" ? [] : ["an element"] }];
  const bounds: string[] = [];
  for (const column of columns) {
    if (!isBounded(condition, column)) break;
    bounds.push(column);
  }
  return [{ statement, step, bounds }];
}

/** Whether the condition of a search says something of a column, or of an expression, which is told in other words. */
function isBounded(condition: string, column: string): boolean {
  if (/^"?\w+"?$/.test(column)) return new RegExp(`\\(${column.replaceAll('"', '"?')} (?:=|<|>|IS)`).test(condition);
  const [member = ""] = /'[^']+'/.exec(column) ?? [];
  if (member !== "") return condition.includes(member);
  const [name, of] = column.match(/\w+/g) ?? [];
  return new RegExp(`\\b${name}\\(+${of}\\b`).test(condition);
}
