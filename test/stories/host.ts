// A product as it stands around scimkit: seats that it sells, roles that follow from groups, sessions, and people who come back.
import {
  type AdoptionCandidate,
  type AnyDecide,
  type AnyPendingChange,
  type Assertion,
  bearerToken,
  createScim,
  EnterpriseUserSchema,
  errors,
  Group,
  type OutboxEvent,
  type ScimNotice,
  type StorageAdapter,
  User,
} from "scimkit";
import { decideInTurn, defineGrants, type GrantGroup } from "scimkit/grants";
import { ownershipOf } from "scimkit/ownership";

const Person = User.extend(EnterpriseUserSchema);
const DAY = 24 * 60 * 60;

/** Who calls: the identity provider by its connection, or a tool of the host's own. */
interface Caller {
  readonly tenant: string;
  readonly connection?: string;
}

type Told = OutboxEvent<typeof Person | typeof Group>;
type PersonTold = OutboxEvent<typeof Person>;

export const PROVIDER_TOKEN = "token-of-the-provider";
export const TOOL_TOKEN = "token-of-our-own-tools";
const INSIDE: Caller = { tenant: "acme" };

export interface HostOptions {
  readonly storage: StorageAdapter;
  /** How many seats the tenant has bought. */
  readonly seats: number;
  /** Which groups give which roles. */
  readonly roles: readonly GrantGroup[];
}

export type Host = ReturnType<typeof createHost>;

export function createHost({ storage, seats, roles }: HostOptions) {
  const time = createTime();
  const people = createPeople();
  const grants = defineGrants<Caller>({ groups: roles });
  const faults: ScimNotice[] = [];
  const scim = createScim({
    resourceTypes: [Person, Group],
    storage,
    baseUrl: "https://app.example.com/scim/v2",
    authenticate: bearerToken<Caller>({
      [PROVIDER_TOKEN]: { tenant: "acme", connection: "the-provider" },
      [TOOL_TOKEN]: INSIDE,
    }),
    clock: { now: time.now },
    decide: decideInTurn(sell(seats), grants.decide),
    adopt: { match: people.formerId, decide: isTheSame },
    lifecycle: { remember: 30 * DAY },
    ownership: { owner: ({ connection }) => connection, hostOwned: ["User.nickName"] },
    outbox: true,
    onNotice(notice) {
      if (notice.type === "fault" || notice.type === "undelivered") faults.push(notice);
    },
  });
  const ownership = ownershipOf<Caller>(scim);
  const isInService = async (id: string) => (await grants.explain(scim, id, INSIDE))?.isActive === true;

  return {
    scim,
    people,
    /** What should never come up. */
    faults,
    pass: time.pass,
    /** Roles that count now. */
    async rolesOf(id: string): Promise<readonly string[]> {
      const explained = await grants.explain(scim, id, INSIDE);
      return explained?.isActive === true ? Object.keys(explained.roles).sort() : [];
    },
    isManaged: (id: string) => ownership.isManaged("User", id, INSIDE),
    /** Somebody comes to the door. */
    async logIn(id: string): Promise<boolean> {
      const isLetIn = await isInService(id);
      if (isLetIn) people.open(id);
      return isLetIn;
    },
    /** The job that does what follows from changes; gives what it was handed. */
    async follow(): Promise<readonly Told[]> {
      const told: Told[] = [];
      await scim.drain(
        (event) => {
          told.push(event);
          if (event.resourceType === "User") people.follow(event);
        },
        { until: "empty" },
      );
      return told;
    },
  };
}

/** The time of day, which can be put forward. */
function createTime() {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    pass(days: number): void {
      ahead += days * DAY * 1000;
    },
  };
}

/** No more people than seats. What is written counts itself; what is asked about ahead does not. */
function sell(seats: number): AnyDecide<Caller> {
  return async (change) => {
    if (!(await takesSeat(change))) return;
    const taken = (await change.count("User", "active eq true")) + (change.isWritten ? 0 : 1);
    if (taken > seats) throw errors.conflict("No seat is left: free one or buy more, then provision again.");
  };
}

async function takesSeat(change: AnyPendingChange): Promise<boolean> {
  if (change.resourceType !== "User") return false;
  if (change.operation === "create") return (await change.after())?.active !== false;
  return change.turned === "activated";
}

/**
 * Who comes back is who left. An account of our own becomes the provider's where the tenant has proved that the domain is its own, and one
 * that a provider has is nobody else's.
 */
function isTheSame({
  isRemembered,
  isManaged,
  attributes,
}: AdoptionCandidate<typeof Person | typeof Group>): "restore" | "refuse" {
  if (isRemembered) return "restore";
  const name = "userName" in attributes ? attributes.userName : undefined;
  return isManaged === false && name?.endsWith("@example.com") === true ? "restore" : "refuse";
}

/** What the product knows of people besides. */
function createPeople() {
  const licences = new Set<string>();
  const sessions = new Map<string, number>();
  const former = new Map<string, string>();

  function arrive({ id, after }: PersonTold): void {
    if (after?.active !== false) licences.add(id);
    for (const [name, formerId] of former) if (formerId === id) former.delete(name);
  }
  function stop({ id }: PersonTold): void {
    licences.delete(id);
    sessions.delete(id);
  }
  return {
    licences,
    sessions,
    open(id: string): void {
      sessions.set(id, (sessions.get(id) ?? 0) + 1);
    },
    follow(event: PersonTold): void {
      switch (event.type) {
        case "created":
        case "adopted":
        case "restored":
          return arrive(event);
        case "activated":
          licences.add(event.id);
          return;
        case "deactivated":
          return stop(event);
        case "deleted":
          stop(event);
          // scimkit remembers by externalId; whoever has none is known by name alone.
          if (event.before?.externalId === undefined && event.before?.userName !== undefined)
            former.set(event.before.userName.toLowerCase(), event.id);
          return;
        default:
          return;
      }
    },
    /** Who left under this name and had no externalId, whether or not the client names one now. */
    formerId(asserted: Assertion<typeof Person | typeof Group>): string | undefined {
      if (asserted.resourceType !== "User") return undefined;
      const { userName } = asserted.attributes;
      return userName === undefined ? undefined : former.get(userName.toLowerCase());
    },
  };
}
