import type { Kysely } from "kysely";

/** A database one of whose statements can be made to fail. */
export interface Faulty {
  readonly db: Kysely<unknown>;
  /** Makes the `n`-th statement from now on fail, once, before it reaches the database; 0 calls it off. */
  readonly failAt: (n: number) => void;
}

/** Counts the statements of a Kysely, of its connections and of its transactions alike. */
export function faulty(db: Kysely<unknown>): Faulty {
  let left = 0;
  const count = (): void => {
    if (left > 0 && --left === 0) throw new Error("the statement was made to fail");
  };
  return {
    db: counted(db, count),
    failAt: (n) => {
      left = n;
    },
  };
}

/** What leads from one object that runs statements to the next one. */
const STEPS: readonly PropertyKey[] = [
  "withoutPlugins",
  "connection",
  "transaction",
  "setIsolationLevel",
  "setAccessMode",
];

function counted<T extends object>(target: T, count: () => void): T {
  return new Proxy(target, {
    get(object, name) {
      const value: unknown = Reflect.get(object, name, object);
      if (typeof value !== "function") return value;
      const call = (...given: readonly unknown[]): unknown => Reflect.apply(value, object, given);
      if (name === "executeQuery")
        return async (...given: readonly unknown[]) => {
          count();
          return call(...given);
        };
      if (name === "execute")
        return (work: (inner: object) => unknown) => call((inner: object) => work(counted(inner, count)));
      return STEPS.includes(name) ? (...given: readonly unknown[]) => counted(call(...given) as object, count) : call;
    },
  });
}
