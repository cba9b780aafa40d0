/** The column of the id. */
export interface MappedId {
  readonly column: string;
  /** Default `"text"`. Ids of another form than the type has are unknown ids, and reach no statement. */
  readonly type?: "text" | "integer" | "uuid";
  /** `true`: the database makes the id when a row is inserted. Default: for integers. */
  readonly generated?: boolean;
  /**
   * What ids begin with for clients, so that the ids of two tables differ: user 1 and group 1 are `u1` and `g1`.
   * Default none.
   */
  readonly prefix?: string;
}

/** The column of the tenant. */
export interface MappedTenant {
  readonly column: string;
  /** Default `"text"`. */
  readonly type?: "text" | "integer" | "uuid";
}
