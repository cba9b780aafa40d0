import { parse } from "libpg-query";

/** The tables that bear a tenant, without what their names begin with. */
const BEARING = new Set(["resource", "unique", "element", "secret", "listed", "shape_use", "outbox", "ledger"]);

/** What a statement says of tenants. */
export interface Reading {
  /** References to tables that bear a tenant: those of FROM, of sub-selects at any depth, and what is written. */
  readonly references: number;
  /** Those whose tenant is no parameter there, each by its table and alias. */
  readonly unbound: readonly string[];
  /** The numbers of the parameters that are tenants. */
  readonly parameters: ReadonlySet<number>;
  /** What a server that distributes rows runs elsewhere than where they are: writes in a WITH, and rows that are inserted out of a function. */
  readonly collected: readonly string[];
}

type Node = { readonly [name: string]: unknown };

/** Reads a statement of PostgreSQL. */
export async function readTenants(text: string, prefix = "scim_"): Promise<Reading> {
  const reader = new Reader(prefix);
  reader.visit(await parse(text));
  return reader;
}

class Reader implements Reading {
  references = 0;
  readonly unbound: string[] = [];
  readonly parameters = new Set<number>();
  readonly collected: string[] = [];
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  visit(node: unknown): void {
    if (Array.isArray(node)) for (const one of node) this.visit(one);
    if (!isNode(node) || Array.isArray(node)) return;
    for (const [name, value] of Object.entries(node)) {
      if (isNode(value)) this.#look(name, value);
      this.visit(value);
    }
  }

  #look(name: string, node: Node): void {
    if (name === "SelectStmt" || name === "larg" || name === "rarg") this.#scope(node, []);
    if (name === "UpdateStmt" || name === "DeleteStmt") this.#scope(node, [node.relation]);
    if (name === "InsertStmt") this.#insert(node);
    if (name === "CommonTableExpr" && /"(?:Insert|Update|Delete)Stmt"/.test(JSON.stringify(node.ctequery)))
      this.collected.push(`${String(node.ctename)} writes in a WITH`);
  }

  /** The tables of one level, each with a condition of the same level. */
  #scope(node: Node, written: readonly unknown[]): void {
    const tables: Node[] = written.filter(isNode);
    const conditions: unknown[] = [...conjuncts(node.whereClause)];
    const from = (item: unknown): void => {
      if (!isNode(item)) return;
      if (isNode(item.RangeVar)) tables.push(item.RangeVar);
      if (!isNode(item.JoinExpr)) return;
      conditions.push(...conjuncts(item.JoinExpr.quals));
      from(item.JoinExpr.larg);
      from(item.JoinExpr.rarg);
    };
    for (const item of [node.fromClause, node.usingClause].flat()) from(item);
    for (const table of tables) {
      if (!this.#isBearing(table)) continue;
      this.references++;
      const bound = conditions
        .map((one) => tenantIn(one, aliasOf(table), tables.length === 1))
        .filter((one) => one !== undefined);
      if (bound.length === 0) this.unbound.push(`${String(table.relname)} ${aliasOf(table)}`);
      for (const number of bound) this.parameters.add(number);
    }
  }

  #insert(node: Node): void {
    const { relation, cols, selectStmt } = node as { relation: Node; cols: readonly Node[]; selectStmt: Node };
    const select = selectStmt.SelectStmt as Node;
    if (isNode(select) && JSON.stringify(select.fromClause ?? []).includes('"RangeFunction"'))
      this.collected.push(`${String(relation.relname)} is inserted out of a function`);
    if (!this.#isBearing(relation)) return;
    this.references++;
    const place = cols.findIndex(({ ResTarget }) => (ResTarget as Node).name === "tenant");
    const rows = (select.valuesLists as readonly Node[] | undefined)?.map(({ List }) => (List as Node).items as Node[]);
    const values = rows?.map((row) => row[place]) ?? [
      ((select.targetList as readonly Node[])[place]?.ResTarget as Node | undefined)?.val,
    ];
    for (const value of values) {
      const number = parameterIn(value);
      if (number === undefined) this.unbound.push(`${String(relation.relname)}, inserted`);
      else this.parameters.add(number);
    }
  }

  #isBearing({ relname }: Node): boolean {
    const name = String(relname);
    return name.startsWith(this.#prefix) && BEARING.has(name.slice(this.#prefix.length));
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null;
}

function aliasOf({ alias, relname }: Node): string {
  return String(isNode(alias) ? alias.aliasname : relname);
}

/** What must all be so for a condition to be. */
function conjuncts(condition: unknown): readonly unknown[] {
  if (!isNode(condition)) return [];
  const { BoolExpr } = condition;
  if (!isNode(BoolExpr) || BoolExpr.boolop !== "AND_EXPR") return [condition];
  return (BoolExpr.args as readonly unknown[]).flatMap(conjuncts);
}

/** The parameter that a condition says the tenant of a table is; undefined where it says something else. */
function tenantIn(condition: unknown, alias: string, isAlone: boolean): number | undefined {
  const equal = isNode(condition) ? condition.A_Expr : undefined;
  if (!isNode(equal) || equal.kind !== "AEXPR_OP" || !JSON.stringify(equal.name).includes('"="')) return undefined;
  const column = isNode(equal.lexpr) ? equal.lexpr.ColumnRef : undefined;
  const names = isNode(column) ? (column.fields as readonly Node[]).map((field) => (field.String as Node).sval) : [];
  const isTenant = names.at(-1) === "tenant" && (names.length === 1 ? isAlone : names.at(-2) === alias);
  return isTenant ? parameterIn(equal.rexpr) : undefined;
}

function parameterIn(value: unknown): number | undefined {
  const { ParamRef, TypeCast } = (value ?? {}) as Node;
  if (isNode(TypeCast)) return parameterIn(TypeCast.arg);
  return isNode(ParamRef) ? Number(ParamRef.number) : undefined;
}
