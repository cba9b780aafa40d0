import {
  type ChangeEvent,
  type Context,
  createScim,
  EnterpriseUserSchema,
  Group,
  type ScimOptions,
  type StorageAdapter,
  User,
} from "scimkit";
import { memoryStorage } from "scimkit/memory";
import { type Engine, hasPostgres, pgliteEngine, postgresEngine, sqliteEngine } from "../storage/sql/engines.ts";
import { type Application, kept, made, organizations, storageOf } from "../storage/sql/map/tables.ts";

export const USER = User.schema.id;
export const GROUP = Group.schema.id;
export const ENTERPRISE = EnterpriseUserSchema.id;
export const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
export const TYPES = [User.extend(EnterpriseUserSchema), Group];

/** A kind of storage, and what it takes to make one. */
export interface Kind {
  readonly name: string;
  /** Whether rows of deleted resources can stay. */
  readonly keepsRows: boolean;
  open(): Promise<StorageAdapter>;
  close(): Promise<void>;
}

async function own(engine: Engine): Promise<StorageAdapter> {
  return (await engine.open({ hashSecret: (_, value) => `hash of ${String(value).length}` })).storage;
}

async function mapped(application: Application, engine: Engine): Promise<StorageAdapter> {
  const storage = storageOf((await made(application, engine)).options);
  await storage.prepare();
  return storage;
}

function overSql(name: string, engine: Engine, application?: Application): Kind {
  return {
    name,
    keepsRows: application?.keepsDeleted === true,
    open: () => (application === undefined ? own(engine) : mapped(application, engine)),
    close: () => engine.close(),
  };
}

const postgres = () => (hasPostgres ? postgresEngine() : pgliteEngine());

/** All storages, each with a ledger. */
export const KINDS: readonly Kind[] = [
  {
    name: "memory",
    keepsRows: false,
    open: async () => memoryStorage({ hashSecret: (_, value) => `hash of ${String(value).length}` }),
    close: async () => undefined,
  },
  overSql("SQLite", sqliteEngine("SQLite in memory")),
  overSql("PostgreSQL", postgres()),
  overSql("mapped tables on SQLite", sqliteEngine("SQLite in memory"), organizations),
  overSql("mapped tables on PostgreSQL", postgres(), organizations),
  overSql("mapped tables on SQLite that keep rows", sqliteEngine("SQLite in memory"), kept),
  overSql("mapped tables on PostgreSQL that keep rows", postgres(), kept),
];

/** A directory of its own in a storage that others may use too. */
export function serve(storage: StorageAdapter, options: Partial<ScimOptions<Context>> = {}, tenant = newTenant()) {
  const events: ChangeEvent[] = [];
  const faults: unknown[] = [];
  const scim = createScim({
    resourceTypes: TYPES,
    storage,
    baseUrl: "https://example.com/scim/v2",
    authenticate: () => ({ tenant }),
    onChange: (event) => void events.push(event),
    onNotice: (event) => {
      if (event.type === "fault") faults.push(event.error);
    },
    ...options,
  });
  const send = async (method: string, path: string, body?: unknown) => {
    const response = await scim.handle({
      method,
      url: `/scim/v2${path}`,
      headers: { "content-type": "application/scim+json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await new Response(response.body as BodyInit).text();
    return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
  };
  const user = (attributes: object) => send("POST", "/Users", { schemas: [USER], ...attributes });
  const patch = (path: string, ...Operations: readonly object[]) =>
    send("PATCH", path, { schemas: [PATCH], Operations });
  const names = async () => {
    const { body } = await send("GET", "/Users?attributes=userName");
    return body.Resources.map(({ userName }: { userName: string }) => userName).toSorted();
  };
  return { tenant, events, faults, send, user, patch, names, types: () => events.map(({ type }) => type) };
}

let tenants = 0;

export function newTenant(): string {
  return `t${process.pid}-${++tenants}-${crypto.randomUUID().slice(0, 8)}`;
}

/** Lets nobody go on until `count` have come; later ones pass. */
export function barrier(count: number): () => Promise<void> {
  let come = 0;
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return async () => {
    if (++come === count) open();
    await opened;
  };
}
