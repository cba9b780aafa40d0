import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import type { Kysely } from "kysely";
import { openLibsql } from "../../../../src/storage/sql/index.ts";
import { type Engine, noteIn, opened, type Sent } from "../engines.ts";

/** A file of libSQL's, by its own client. */
export function libsqlEngine(): Engine {
  const open: Kysely<unknown>[] = [];
  let folder: string | undefined;
  return {
    name: "libSQL",
    isPostgres: false,
    async open(options) {
      folder ??= mkdtempSync(join(tmpdir(), "scimkit-"));
      const sent: Sent[] = [];
      const client = createClient({ url: `file:${join(folder, `${open.length}.db`)}` });
      const db = await openLibsql(client, { log: noteIn(sent) });
      open.push(db);
      return { ...(await opened(db, sent, { ...options })), isAlone: true };
    },
    async close() {
      for (const db of open.splice(0)) await db.destroy();
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
