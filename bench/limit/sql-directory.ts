import { DatabaseSync } from "node:sqlite";

interface Document {
  readonly schemas: readonly string[];
  readonly userName: string;
  readonly [attribute: string]: unknown;
}

interface Row {
  readonly id: string;
  readonly version: number;
  readonly created: string;
  readonly modified: string;
  readonly document: string;
  readonly groups: string;
  readonly total: number;
}

const COLUMNS = `u.id, u.version, u.created, u.modified, u.document, (SELECT json_group_array(json_array(g.id, g.name))
  FROM member m JOIN grp g ON g.id = m.group_id WHERE m.user_id = u.id) AS groups`;

/**
 * A directory of users and groups over prepared statements of node:sqlite: the tables and statements that one would write for just these
 * requests, on the connection settings of `openSqlite`.
 */
export function sqlDirectoryByHand(path: string) {
  const db = new DatabaseSync(path);
  for (const pragma of ["busy_timeout = 50", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"])
    db.exec(`PRAGMA ${pragma}`);
  db.exec(`
    CREATE TABLE user (id TEXT NOT NULL PRIMARY KEY, user_name TEXT NOT NULL UNIQUE, version INTEGER NOT NULL,
      created TEXT NOT NULL, modified TEXT NOT NULL, document TEXT NOT NULL);
    CREATE TABLE grp (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, version INTEGER NOT NULL,
      created TEXT NOT NULL, modified TEXT NOT NULL, document TEXT NOT NULL);
    CREATE TABLE member (group_id TEXT NOT NULL REFERENCES grp (id) ON DELETE CASCADE,
      user_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE, PRIMARY KEY (group_id, user_id)) WITHOUT ROWID;
    CREATE INDEX member_user ON member (user_id);
  `);
  const byId = db.prepare(`SELECT ${COLUMNS} FROM user u WHERE u.id = ?`);
  const byName = db.prepare(`SELECT ${COLUMNS} FROM user u WHERE u.user_name = ?`);
  const page = db.prepare(`SELECT ${COLUMNS} FROM user u ORDER BY u.id LIMIT ?`);
  const count = db.prepare("SELECT count(*) AS total FROM user");
  const insertUser = db.prepare("INSERT INTO user VALUES (?, ?, 1, ?, ?, ?)");
  const insertGroup = db.prepare("INSERT INTO grp VALUES (?, ?, 1, ?, ?, ?)");
  const update = db.prepare("UPDATE user SET version = ?, modified = ?, document = ? WHERE id = ?");
  const isUser = db.prepare("SELECT 1 AS one FROM user WHERE id = ?");
  const stateOf = db.prepare("SELECT version, created, modified FROM grp WHERE id = ?");
  const insertMember = db.prepare("INSERT OR IGNORE INTO member VALUES (?, ?)");
  const touchGroup = db.prepare("UPDATE grp SET version = version + 1, modified = ? WHERE id = ?");
  const begin = db.prepare("BEGIN IMMEDIATE");
  const commit = db.prepare("COMMIT");
  const rollback = db.prepare("ROLLBACK");

  const inTransaction = <T>(work: () => T): T => {
    begin.run();
    try {
      const result = work();
      commit.run();
      return result;
    } catch (error) {
      rollback.run();
      throw error;
    }
  };
  const resourceOf = (row: Row) => {
    const { schemas, ...attributes } = JSON.parse(row.document) as Document;
    const groups = row.groups === "[]" ? [] : (JSON.parse(row.groups) as readonly (readonly [string, string])[]);
    return {
      schemas,
      id: row.id,
      ...attributes,
      ...(groups.length === 0
        ? {}
        : { groups: groups.map(([value, display]) => ({ value, display, type: "direct" })) }),
      meta: metaOf("User", row),
    };
  };
  return {
    createUser(id: string, document: Document, at: string) {
      insertUser.run(id, document.userName.toLowerCase(), at, at, JSON.stringify(document));
      const meta = { resourceType: "User", created: at, lastModified: at, version: "1" };
      return { ...document, id, meta };
    },
    createGroup(id: string, displayName: string, at: string): void {
      const document = { schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"], displayName };
      insertGroup.run(id, displayName, at, at, JSON.stringify(document));
    },
    get(id: string) {
      const row = byId.get(id) as unknown as Row | undefined;
      return row && resourceOf(row);
    },
    findByUserName(userName: string) {
      const rows = byName.all(userName.toLowerCase()) as unknown as readonly Row[];
      return { resources: rows.map(resourceOf), totalResults: rows.length };
    },
    list(most: number) {
      const rows = page.all(most) as unknown as readonly Row[];
      const { total } = count.get() as unknown as Row;
      return { resources: rows.map(resourceOf), totalResults: total };
    },
    setActive(id: string, active: boolean, at: string) {
      return inTransaction(() => {
        const row = byId.get(id) as unknown as Row;
        const document = { ...(JSON.parse(row.document) as Document), active };
        const text = JSON.stringify(document);
        const version = row.version + 1;
        update.run(version, at, text, id);
        return resourceOf({ ...row, document: text, version, modified: at });
      });
    },
    addMember(groupId: string, userId: string, at: string) {
      return inTransaction(() => {
        const state = stateOf.get(groupId) as unknown as Row | undefined;
        if (state === undefined || isUser.get(userId) === undefined) return undefined;
        if (Number(insertMember.run(groupId, userId).changes) === 0) return { meta: metaOf("Group", state), added: [] };
        touchGroup.run(at, groupId);
        const meta = metaOf("Group", { ...state, version: state.version + 1, modified: at });
        return { meta, added: [{ value: userId, type: "User" }] };
      });
    },
    close: () => db.close(),
  };
}

function metaOf(resourceType: string, { version, created, modified }: Pick<Row, "version" | "created" | "modified">) {
  return { resourceType, created, lastModified: modified, version: String(version) };
}
