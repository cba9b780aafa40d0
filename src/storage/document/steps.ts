import type {
  AtomicDocuments,
  Document,
  DocumentChange,
  DocumentKey,
  ListedDocument,
  SingleDocuments,
} from "./store.ts";
import { nameOf, newDocument } from "./store.ts";

// Several documents are changed as one over a store that swaps one at a time. A plan is a document of its own, and its state decides: each
// document that it changes is first swapped for what it was and what it shall be, under the plan's name; then the plan is swapped from
// "pending" to "done", which is the moment of the change; then the documents become what they shall be, and the plan goes. Who meets one of
// them in between asks its plan which of the two counts, so that nobody sees a part. Who died on the way leaves nothing but that: a reader reads past
// it, and the next writer takes back what was pending, or finishes what was done.

/** A document under way: what it was, what it shall be, and whose plan says which of them counts. */
interface Intent {
  readonly plan: DocumentKey;
  readonly before: Document | undefined;
  readonly after: Document | undefined;
}

/** What a plan says; of one that is gone, all documents have been seen to. */
type PlanState = "pending" | "done" | "aborted";

interface Plan {
  readonly state: PlanState;
  /** What it changes. */
  readonly keys: readonly DocumentKey[];
}

/** The kind of plans. */
export const PLAN = "plan";

const MARK = "~";

/** How often one looks at a plan that does not move before it is taken for that of a dead process. */
const PATIENCE = 25;
/** After how many documents a plan shows that its process is alive. */
const SIGN_OF_LIFE = 10;

/** Lets a store of single documents change several as one. */
export function bySteps(store: SingleDocuments): AtomicDocuments {
  return {
    name: store.name,
    async get(keys) {
      const states: PlanStates = new Map();
      const found = await store.get(keys);
      return Promise.all(found.map((one, index) => settled(store, keys[index] as DocumentKey, one, states)));
    },
    async *list(place) {
      const states: PlanStates = new Map();
      for await (const listed of store.list(place)) {
        const one = await settled(store, { ...place, key: listed.key }, listed, states);
        if (one !== undefined) yield { ...one, key: listed.key } satisfies ListedDocument;
      }
    },
    atomic: (changes) => new Steps(store, changes).run(),
  };
}

type PlanStates = Map<string, Promise<PlanState | undefined>>;

function intentOf({ text }: Document): Intent | undefined {
  return text.startsWith(MARK) ? (JSON.parse(text.slice(MARK.length)) as Intent) : undefined;
}

async function planOf(store: SingleDocuments, key: DocumentKey): Promise<(Plan & Document) | undefined> {
  const [found] = await store.get([key]);
  return found && { ...found, ...(JSON.parse(found.text) as Plan) };
}

/** A document as it is for readers. Each plan is asked once, so that all that one of them changes is seen before it or after it. */
async function settled(
  store: SingleDocuments,
  key: DocumentKey,
  found: Document | undefined,
  states: PlanStates,
): Promise<Document | undefined> {
  const intent = found && intentOf(found);
  if (found === undefined || intent === undefined) return found;
  const name = nameOf(intent.plan);
  const asked = states.get(name) ?? planOf(store, intent.plan).then((plan) => plan?.state);
  states.set(name, asked);
  const state = await asked;
  if (state !== undefined) return state === "done" ? intent.after : intent.before;
  // A plan goes once all of its documents have been seen to: this one has changed since it was read.
  const [now] = await store.get([key]);
  return now?.revision === found.revision ? intent.before : settled(store, key, now, states);
}

/** One change of several documents. */
class Steps {
  readonly #store: SingleDocuments;
  readonly #writes: readonly DocumentChange[];
  readonly #kept: readonly DocumentChange[];
  readonly #key: DocumentKey;
  #plan: Document = newDocument("");
  readonly #laid: { readonly change: DocumentChange; readonly intent: Intent; readonly revision: string }[] = [];

  constructor(store: SingleDocuments, changes: readonly DocumentChange[]) {
    this.#store = store;
    // In one order for all, so that no two wait for each other.
    this.#writes = changes
      .filter(({ after }) => after !== "kept")
      .toSorted((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
    this.#kept = changes.filter(({ after }) => after === "kept");
    this.#key = { tenant: changes[0]?.tenant ?? "", kind: PLAN, key: crypto.randomUUID() };
  }

  async run(): Promise<boolean> {
    for (const [index, found] of (await this.#store.get(this.#kept)).entries())
      if (found !== undefined && intentOf(found) !== undefined)
        await free(this.#store, this.#kept[index] as DocumentKey);
    await this.#say("pending");
    const isReady = (await this.#layAll()) && (await this.#isKept());
    const isDone = isReady && (await this.#say("done"));
    for (const { change, intent, revision } of this.#laid)
      await put(this.#store, change, isDone ? intent.after : intent.before, revision);
    await this.#store.remove(this.#key, this.#plan.revision);
    return isDone;
  }

  /** Says how far the plan has come; `false` where somebody has taken it for dead. */
  async #say(state: PlanState): Promise<boolean> {
    const keys = this.#writes.map(({ tenant, kind, key }) => ({ tenant, kind, key }));
    const next = newDocument(JSON.stringify({ state, keys } satisfies Plan));
    const { revision, text } = this.#plan;
    const isSaid =
      text === "" ? await this.#store.insert(this.#key, next) : await this.#store.swap(this.#key, next, revision);
    if (isSaid) this.#plan = next;
    else this.#plan = (await this.#store.get([this.#key]))[0] ?? this.#plan;
    return isSaid;
  }

  async #layAll(): Promise<boolean> {
    for (const [index, change] of this.#writes.entries()) {
      if (index % SIGN_OF_LIFE === SIGN_OF_LIFE - 1 && !(await this.#say("pending"))) return false;
      if (!(await this.#lay(change))) return false;
    }
    return true;
  }

  /** Puts what a document was and shall be in its place; `false` where it is not what it has to be. */
  async #lay(change: DocumentChange): Promise<boolean> {
    for (;;) {
      const found = await free(this.#store, change);
      if (found?.revision !== change.before) return false;
      const intent: Intent = { plan: this.#key, before: found, after: change.after as Document | undefined };
      const next = newDocument(MARK + JSON.stringify(intent));
      if (await put(this.#store, change, next, found?.revision)) {
        this.#laid.push({ change, intent, revision: next.revision });
        return true;
      }
    }
  }

  /** Whether what was only looked at is as it was, now that what is to be written is laid. */
  async #isKept(): Promise<boolean> {
    const found = await this.#store.get(this.#kept);
    return this.#kept.every(({ before }, index) => found[index]?.revision === before);
  }
}

/** Writes, inserts or removes, where the document has that revision. */
function put(
  store: SingleDocuments,
  key: DocumentKey,
  after: Document | undefined,
  revision: string | undefined,
): Promise<boolean> {
  const at = { tenant: key.tenant, kind: key.kind, key: key.key };
  if (after === undefined) return revision === undefined ? Promise.resolve(true) : store.remove(at, revision);
  return revision === undefined ? store.insert(at, after) : store.swap(at, after, revision);
}

/** A document that no plan has in its hands: waits for one that goes on, and clears up after one that does not. */
async function free(store: SingleDocuments, key: DocumentKey): Promise<Document | undefined> {
  let seen: string | undefined;
  for (let looks = 0; ; looks++) {
    const [found] = await store.get([key]);
    const intent = found && intentOf(found);
    if (found === undefined || intent === undefined) return found;
    const plan = await planOf(store, intent.plan);
    if (plan?.state !== "pending") {
      await clearUp(store, key, { ...intent, revision: found.revision }, plan);
      continue;
    }
    if (plan.revision !== seen) [seen, looks] = [plan.revision, 0];
    if (looks < PATIENCE) await pause(1 + Math.random() * 4);
    else await abort(store, intent.plan, plan);
  }
}

/** Makes of a document under way what its plan came to. One that is done is finished, so that it can go. */
async function clearUp(
  store: SingleDocuments,
  key: DocumentKey,
  { plan: planKey, before, after, revision }: Intent & { readonly revision: string },
  plan: (Plan & Document) | undefined,
): Promise<void> {
  await put(store, key, plan?.state === "done" ? after : before, revision);
  if (plan?.state === "done") await finish(store, planKey, plan);
}

/** Takes a plan back whose process is taken for dead. Its documents are seen to one by one, so that it stays until its process ends it. */
async function abort(store: SingleDocuments, key: DocumentKey, { keys, revision }: Plan & Document): Promise<void> {
  const plan: Plan = { state: "aborted", keys };
  await store.swap(key, newDocument(JSON.stringify(plan)), revision);
}

/** Does what is left of a plan whose process died after it was done, and lets the plan go. */
async function finish(store: SingleDocuments, key: DocumentKey, { keys, revision }: Plan & Document): Promise<void> {
  const found = await store.get(keys);
  for (const [index, one] of found.entries()) {
    const intent = one && intentOf(one);
    if (one === undefined || intent === undefined || nameOf(intent.plan) !== nameOf(key)) continue;
    await put(store, keys[index] as DocumentKey, intent.after, one.revision);
  }
  await store.remove(key, revision);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
