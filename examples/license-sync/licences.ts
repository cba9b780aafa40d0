// The host's own business: who holds which licence. It knows nothing of requests, and hears of people by events alone.
import { type ChangeEvent, type Context, EnterpriseUserSchema, Group, type Resource, User } from "scimkit";

export const Employee = User.extend(EnterpriseUserSchema);

/** What the directory keeps. */
export const resourceTypes = [Employee, Group] as const;

/** What a licence is called, and how many were bought. */
export type Seats = Readonly<Record<string, number>>;

export interface Licences {
  /** Give it to `createScim({ onChange })`. */
  onChange(event: ChangeEvent<Context, (typeof resourceTypes)[number]>): void;
  /** The licence of each user who holds one, by id. */
  readonly held: ReadonlyMap<string, string>;
  /** Users who should hold a licence of which there is none left, first come first, and which one. */
  readonly waiting: ReadonlyMap<string, string>;
}

const DEPARTMENT = `${EnterpriseUserSchema.id}:department`;

/** A department works with the licence of its own name; everybody else with the basic one. */
function licenceFor(user: Resource<typeof Employee> | undefined, seats: Seats): string {
  const department = user?.[EnterpriseUserSchema.id]?.department;
  return department !== undefined && department in seats ? department : "Basic";
}

export function createLicences(seats: Seats): Licences {
  const held = new Map<string, string>();
  const waiting = new Map<string, string>();
  const isLeft = (licence: string): boolean =>
    [...held.values()].filter((other) => other === licence).length < (seats[licence] ?? 0);

  function free(id: string): void {
    const licence = held.get(id);
    held.delete(id);
    waiting.delete(id);
    const next = [...waiting].find(([, wanted]) => wanted === licence && isLeft(wanted));
    if (next !== undefined) assign(...next);
  }

  /** Told twice, it does it once: a host that retries need not remember what it did. */
  function assign(id: string, licence: string): void {
    if (held.get(id) === licence) return;
    free(id);
    if (isLeft(licence)) held.set(id, licence);
    else waiting.set(id, licence);
  }

  return {
    held,
    waiting,
    onChange(event) {
      if (event.resourceType !== "User") return;
      const { id, after } = event;
      switch (event.type) {
        case "created":
          if (after?.active !== false) assign(id, licenceFor(after, seats));
          break;
        case "activated":
          assign(id, licenceFor(after, seats));
          break;
        case "deactivated":
        case "deleted":
          free(id);
          break;
        case "patched":
        case "replaced":
          // Whoever is out of service has none, whatever the department.
          if (event.attributes.includes(DEPARTMENT) && after?.active !== false) assign(id, licenceFor(after, seats));
          break;
        default:
        // What a later version tells besides is no business of licences.
      }
    },
  };
}
