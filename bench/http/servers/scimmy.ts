// scimmy and its routers, on the Express that they support, over maps. The handlers do no more than they must: what is asked for by its id or
// by its user name is looked up, not searched.
import { randomUUID } from "node:crypto";
import type { RequestListener } from "node:http";
import { loadPeer } from "../../peers/load.ts";
import { PATH } from "../data.ts";
import { seed, serve } from "./serve.ts";

interface Document {
  id: string;
  userName?: string;
  meta: object;
  [attribute: string]: unknown;
}
interface Asked {
  readonly id?: string;
  readonly filter?: readonly Readonly<Record<string, unknown>>[] & { match(of: readonly Document[]): Document[] };
}
interface ResourceType {
  ingress(handler: (asked: Asked, data: Omit<Document, "id" | "meta">) => Document): ResourceType;
  egress(handler: (asked: Asked) => Document | readonly Document[]): ResourceType;
  degress(handler: (asked: Asked) => void): ResourceType;
}
interface Scimmy {
  readonly Resources: {
    declare(type: ResourceType): ResourceType;
    readonly User: ResourceType;
    readonly Group: ResourceType;
  };
  readonly Types: { readonly Error: new (status: number, scimType: string | null, message: string) => Error };
}

interface Default<T> {
  readonly default: T;
}
type Routers = new (scheme: { type: string; handler: () => string }) => object;
type Express = RequestListener & { use(path: string, router: object): void; disable(name: string): void };

const { default: SCIMMY } = await loadPeer<Default<Scimmy>>("scimmy");
const { default: Routers } = await loadPeer<Default<Routers>>("scimmy-routers");
const { default: express } = await loadPeer<Default<() => Express>>("express");
const { Error: ScimmyError } = SCIMMY.Types;

class Store {
  readonly byId = new Map<string, Document>();
  readonly byName = new Map<string, Document>();

  write(id: string | undefined, data: Readonly<Record<string, unknown>>): Document {
    const now = new Date();
    const before = id === undefined ? undefined : this.found(id);
    const name = typeof data.userName === "string" ? data.userName.toLowerCase() : undefined;
    const namesake = name === undefined ? undefined : this.byName.get(name);
    if (namesake !== undefined && namesake !== before) throw new ScimmyError(409, "uniqueness", "The name is taken.");
    const document: Document = {
      ...data,
      id: id ?? randomUUID(),
      meta: { ...(before?.meta ?? { created: now }), lastModified: now },
    };
    this.byId.set(document.id, document);
    if (name !== undefined) this.byName.set(name, document);
    return document;
  }

  remove(id: string): void {
    const { userName = "" } = this.found(id);
    this.byName.delete(userName.toLowerCase());
    this.byId.delete(id);
  }

  read({ id, filter }: Asked): Document | readonly Document[] {
    if (id !== undefined) return this.found(id);
    if (filter === undefined) return [...this.byId.values()];
    const [first = {}] = filter;
    const condition = first.userName;
    if (filter.length === 1 && Object.keys(first).length === 1 && Array.isArray(condition) && condition[0] === "eq") {
      const document = this.byName.get(String(condition[1]).toLowerCase());
      return document === undefined ? [] : [document];
    }
    return filter.match([...this.byId.values()]);
  }

  found(id: string): Document {
    const document = this.byId.get(id);
    if (document === undefined) throw new ScimmyError(404, null, `Resource ${id} not found`);
    return document;
  }
}

function declare(type: ResourceType): Store {
  const store = new Store();
  SCIMMY.Resources.declare(
    type
      .ingress(({ id }, data) => store.write(id, data))
      .egress((asked) => store.read(asked))
      .degress(({ id = "" }) => store.remove(id)),
  );
  return store;
}
const users = declare(SCIMMY.Resources.User);
const groups = declare(SCIMMY.Resources.Group);

const app = express();
app.disable("x-powered-by");
app.use(PATH, new Routers({ type: "bearer", handler: () => "somebody" }));
serve(
  app,
  await seed(
    (user) => users.write(undefined, user).id,
    (group) => groups.write(undefined, { ...group }).id,
  ),
);
