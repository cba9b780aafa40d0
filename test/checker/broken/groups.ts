import type { Asked, Defect } from "./defect.ts";
import { asking, error, GROUP, instead, is, like, patches, refusing, showing, USER } from "./wrappers.ts";

interface Operation {
  op?: unknown;
  path?: unknown;
  value?: unknown;
}

const operationsOf = ({ body }: Asked): Operation[] => (Array.isArray(body?.Operations) ? body.Operations : []);
const opOf = ({ op }: Operation): string => String(op).toLowerCase();

/** Changes the operations of each PATCH. */
function operating(change: (operation: Operation, asked: Asked) => void): NonNullable<Defect["wrap"]> {
  return asking(patches, (asked) => {
    for (const operation of operationsOf(asked)) change(operation, asked);
  });
}

/** Servers that are wrong about groups and their members. */
export const GROUP_DEFECTS: readonly Defect[] = [
  {
    id: "group/members-cut",
    title: "drops every member beyond the 256th",
    caughtBy: ["losses/large-group"],
    wrap: asking(is("POST|PUT|PATCH", /^\/Groups/), (asked) => {
      if (Array.isArray(asked.body?.members)) asked.body.members = asked.body.members.slice(0, 256);
      for (const operation of operationsOf(asked))
        if (Array.isArray(operation.value)) operation.value = operation.value.slice(0, 256);
    }),
  },
  {
    id: "group/members-lost",
    title: "makes groups without the members that are sent along",
    caughtBy: ["groups/create-with-members"],
    wrap: asking(is("POST", /^\/Groups$/), ({ body }) => {
      if (typeof body === "object") delete body.members;
    }),
  },
  {
    id: "group/members-hidden",
    title: "does not show the members of a group",
    caughtBy: ["groups/create-with-members"],
    alsoIn: ["groups/add-to-empty", "bulk/reference", "bulk/circle", "losses/large-group", "losses/parallel-members"],
    wrap: showing((resource) => void delete resource.members),
  },
  {
    id: "group/remove-empties",
    title: "removes all members where one is to leave",
    caughtBy: ["groups/remove-member"],
    alsoIn: ["groups/remove-several", "groups/add-and-remove"],
    wrap: operating((operation, { path }) => {
      if (GROUP.test(path) && opOf(operation) === "remove" && String(operation.path).startsWith("members["))
        operation.path = "members";
    }),
  },
  {
    id: "group/add-replaces",
    title: "replaces all members where one is added",
    caughtBy: ["groups/add-member"],
    alsoIn: ["groups/add-and-remove", "losses/parallel-members"],
    wrap: operating((operation, { path }) => {
      if (GROUP.test(path) && opOf(operation) === "add" && operation.path === "members") operation.op = "replace";
    }),
  },
  {
    id: "group/replace-adds",
    title: "adds members where they are to be replaced",
    caughtBy: ["groups/replace-members"],
    alsoIn: ["groups/replace-by-none"],
    wrap: operating((operation, { path }) => {
      if (GROUP.test(path) && opOf(operation) === "replace" && operation.path === "members") operation.op = "add";
    }),
  },
  {
    id: "group/twice",
    title: "has a member twice that is added twice",
    caughtBy: ["groups/add-present"],
    wrap: (next) => {
      const twice = new Map<string, object>();
      return async (asked) => {
        const before = is("PATCH", GROUP)(asked) ? await next(like(asked, "GET", asked.path)) : undefined;
        const added = before === undefined ? [] : operationsOf(asked).filter((operation) => opOf(operation) === "add");
        const answered = await next(asked);
        for (const member of added.flatMap(({ value }) => [value].flat()) as { value?: string }[])
          if (before?.body?.members?.some(({ value }: { value: string }) => value === member?.value))
            twice.set(asked.path, member);
        const again = twice.get(asked.path);
        if (again !== undefined && Array.isArray(answered.body?.members)) answered.body.members.push(again);
        return answered;
      };
    },
  },
  {
    id: "group/user-groups-missing",
    title: "does not show in a user what groups it is in",
    caughtBy: ["groups/of-user"],
    wrap: showing((resource) => void delete resource.groups),
  },
  {
    id: "group/wrong-ref",
    title: "has references to members that lead nowhere",
    caughtBy: ["groups/member-ref"],
    wrap: showing((resource) => {
      for (const member of resource.members ?? []) if (member.$ref !== undefined) member.$ref += "-nobody";
    }),
  },
  {
    id: "group/delete-cascades",
    title: "deletes the members with the group",
    caughtBy: ["groups/deleted"],
    wrap: instead(is("DELETE", GROUP), async (asked, next) => {
      const before = await next(like(asked, "GET", asked.path));
      const answered = await next(asked);
      for (const { value } of before.body?.members ?? []) await next(like(asked, "DELETE", `/Users/${value}`));
      return answered;
    }),
  },
  {
    id: "group/rename-empties",
    title: "loses the members of a group that is renamed",
    caughtBy: ["groups/rename"],
    wrap: asking(is("PATCH", GROUP), (asked) => {
      if (
        operationsOf(asked).some(
          ({ path, value }) => path === "displayName" || (value as { displayName?: string })?.displayName !== undefined,
        )
      )
        asked.body.Operations.push({ op: "remove", path: "members" });
    }),
  },
  {
    id: "group/put-keeps",
    title: "keeps members on a PUT that has others",
    caughtBy: ["groups/put"],
    wrap: instead(is("PUT", GROUP), async (asked, next) => {
      const before = await next(like(asked, "GET", asked.path));
      if (Array.isArray(asked.body?.members))
        asked.body.members = [...(before.body?.members ?? []), ...asked.body.members];
      return next(asked);
    }),
  },
  {
    id: "group/without-name",
    title: "makes groups without a name",
    caughtBy: ["groups/name-required"],
    wrap: asking(is("POST", /^\/Groups$/), ({ body }) => {
      if (typeof body === "object" && body !== null) body.displayName ??= "nameless";
    }),
  },
  {
    id: "group/unknown-member",
    title: "breaks on a member that is not there",
    caughtBy: ["groups/member-immutable"],
    wrap: refusing(is("POST|PUT|PATCH", /^\/Groups/), ({ status, body }) =>
      status === 400 && /member/i.test(body?.detail ?? "") ? error(500, "foreign key violation") : undefined,
    ),
  },
  {
    id: "group/user-groups-stale",
    title: "shows in a user the groups that it has left",
    caughtBy: ["groups/of-user-left"],
    wrap: (next) => {
      const seen = new Map<string, Map<string, object>>();
      return async (asked) => {
        const answered = await next(asked);
        if (is("GET", USER)(asked) && answered.status === 200) {
          const known = seen.get(asked.path) ?? new Map<string, object>();
          for (const group of answered.body.groups ?? []) known.set(group.value, group);
          seen.set(asked.path, known);
          if (known.size > 0) answered.body.groups = [...known.values()];
        }
        return answered;
      };
    },
  },
];
