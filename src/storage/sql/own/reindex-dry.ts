import type { Session } from "../database.ts";
import type { Rows } from "./reindex-read.ts";
import type { Rebuilt } from "./reindex-row.ts";
import { type Taken, takenOf } from "./reindex-write.ts";
import { uniqueKey } from "./row.ts";
import { ownersOf } from "./taken.ts";

/** Who would have which unique value, where nothing is written. */
export class Claims {
  readonly #owners = new Map<string, Taken["owner"]>();
  readonly #given = new Set<string>();
  readonly #taken: { readonly id: string; readonly taken: Taken; readonly name: string }[] = [];

  /** Takes the values that resources would have, and gives back those that they would not. */
  async claim(session: Session, { tables, tenant }: Rows, rebuilt: readonly Rebuilt[]): Promise<void> {
    for (const { uniques } of rebuilt) for (const gone of uniques.gone) this.#given.add(uniqueKey(gone));
    const come = rebuilt.flatMap(({ id, uniques }) => uniques.come.map((unique) => ({ id, unique })));
    if (come.length === 0) return;
    const owned = await ownersOf(
      session,
      { tables, tenant },
      come.map(({ unique }) => unique),
    );
    for (const [id, all] of takenOf(come, owned, tenant))
      for (const taken of all) this.#taken.push({ id, taken, name: uniqueKey(taken.unique) });
    for (const { id, unique } of come) {
      const name = uniqueKey(unique);
      const owner = this.#owners.get(name);
      if (owner === undefined) this.#owners.set(name, { tenant, id });
      // Between those who would come to a value nobody can stand back.
      else this.#taken.push({ id, taken: { unique, owner }, name: "" });
    }
  }

  /** What would be taken of the values of a type's resources. What its owner gives back is free. */
  *taken(): Generator<readonly [id: string, Taken]> {
    for (const { id, taken, name } of this.#taken) if (!this.#given.has(name)) yield [id, taken];
  }
}
