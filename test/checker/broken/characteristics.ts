import { Badge } from "./badge.ts";
import type { Asked, Defect } from "./defect.ts";
import { asking, is, replaces, showing } from "./wrappers.ts";

const WRITES = is("POST|PUT", /^\/Users/);

/** Servers that do not keep to what their own schema says of an attribute. */
export const CHARACTERISTIC_DEFECTS: readonly Defect[] = [
  {
    id: "characteristics/never-shown",
    title: "shows an attribute that is never returned",
    caughtBy: ["attributes/returned-never"],
    wrap: remembering("pin", () => true),
  },
  {
    id: "characteristics/request-always-shown",
    title: "shows an attribute that is returned on request to whoever reads",
    caughtBy: ["attributes/returned-on-request"],
    wrap: remembering("hint", ({ method }) => method === "GET"),
  },
  {
    id: "characteristics/request-never-shown",
    title: "does not show an attribute that is returned on request where it is asked for",
    caughtBy: ["attributes/returned-on-request"],
    wrap: showing(({ [Badge.id]: badge }) => void delete badge?.hint),
  },
  {
    id: "characteristics/always-excluded",
    title: "leaves an attribute out that is always returned, where it is excluded",
    caughtBy: ["attributes/returned-always"],
    wrap: showing(
      ({ [Badge.id]: badge }) => void delete badge?.color,
      ({ query }) => query.has("excludedAttributes"),
    ),
  },
  {
    id: "characteristics/immutable-lost",
    title: "loses an immutable attribute in a PUT that leaves it out",
    caughtBy: ["replace/immutable-stays"],
    wrap: (next) => {
      const lost = new Set<string>();
      return async (asked) => {
        if (replaces(asked) && asked.body?.[Badge.id]?.issuer === undefined) lost.add(asked.path);
        const answered = await next(asked);
        if (lost.has(asked.path)) delete answered.body?.[Badge.id]?.issuer;
        return answered;
      };
    },
  },
  {
    id: "characteristics/immutable-changed",
    title: "ignores another value of an immutable attribute and says that all went well",
    caughtBy: ["replace/immutable"],
    wrap: (next) => async (asked) => {
      const isMeant = replaces(asked) && asked.body?.[Badge.id]?.issuer !== undefined;
      const { issuer, ...others } = asked.body?.[Badge.id] ?? {};
      const answered = await next(asked);
      if (!isMeant || answered.body?.scimType !== "mutability") return answered;
      return next({ ...asked, body: { ...asked.body, [Badge.id]: others } });
    },
  },
  {
    id: "characteristics/unique-twice",
    title: "takes a value twice that its schema says is unique",
    caughtBy: ["create/unique-attribute"],
    wrap: asking(WRITES, ({ body }) => {
      if (body?.[Badge.id]?.serial !== undefined) body[Badge.id].serial += Math.random();
    }),
  },
  {
    id: "characteristics/integer-as-text",
    title: "shows whole numbers as text",
    caughtBy: ["types/integer", "types/zero"],
    wrap: showing(({ [Badge.id]: badge }) => {
      if (badge?.floor !== undefined) badge.floor = String(badge.floor);
    }),
  },
  {
    id: "characteristics/zero-lost",
    title: "takes zero for no value",
    caughtBy: ["types/zero"],
    wrap: showing(({ [Badge.id]: badge }) => {
      if (badge?.floor === 0) delete badge.floor;
    }),
  },
  {
    id: "characteristics/false-lost",
    title: "takes false for no value",
    caughtBy: ["create/false-is-a-value"],
    wrap: showing(({ [Badge.id]: badge }) => {
      if (badge?.isVisitor === false) delete badge.isVisitor;
    }),
  },
  {
    id: "characteristics/decimal-rounded",
    title: "rounds decimal numbers",
    caughtBy: ["types/decimal"],
    wrap: showing(({ [Badge.id]: badge }) => {
      if (typeof badge?.hours === "number") badge.hours = Math.round(badge.hours);
    }),
  },
  {
    id: "characteristics/time-cut",
    title: "keeps the day of a time alone",
    caughtBy: ["types/date-time", "types/date-time-with-offset"],
    wrap: showing(({ [Badge.id]: badge }) => {
      if (typeof badge?.validUntil === "string") badge.validUntil = badge.validUntil.slice(0, 10);
    }),
  },
  {
    id: "characteristics/offset-dropped",
    title: "drops the offset of a time, so that it is another one",
    caughtBy: ["types/date-time-with-offset"],
    wrap: asking(WRITES, ({ body }) => {
      const badge = body?.[Badge.id];
      if (typeof badge?.validUntil === "string") badge.validUntil = badge.validUntil.replace(/[+-]\d\d:\d\d$/, "Z");
    }),
  },
  {
    id: "characteristics/binary-lower-cased",
    title: "keeps Base64 in lower case",
    caughtBy: ["types/binary"],
    wrap: showing(({ [Badge.id]: badge }) => {
      if (typeof badge?.chip === "string") badge.chip = badge.chip.toLowerCase();
    }),
  },
  {
    id: "characteristics/texts-joined",
    title: "shows a list of plain texts as one text",
    caughtBy: ["multi-valued/simple-values"],
    wrap: showing(({ [Badge.id]: badge }) => {
      if (Array.isArray(badge?.doors)) badge.doors = badge.doors.join(",");
    }),
  },
];

/** Keeps the values of an attribute that the server does not show, and shows them. */
function remembering(name: string, when: (asked: Asked) => boolean): NonNullable<Defect["wrap"]> {
  return (next) => {
    const known = new Map<string, unknown>();
    return async (asked) => {
      const isMeant = when(asked);
      const value = asked.body?.[Badge.id]?.[name];
      const answered = await next(asked);
      const id = answered.body?.id;
      if (typeof id !== "string") return answered;
      if (value !== undefined) known.set(id, value);
      if (isMeant && known.has(id)) answered.body[Badge.id] = { ...answered.body[Badge.id], [name]: known.get(id) };
      return answered;
    };
  };
}
