import type { Check } from "../check.ts";
import type { Workbench } from "../workbench.ts";
import { ietfInterop } from "./ietf-interop.ts";
import type { CheckProfile } from "./profile.ts";

/** One sentence of the draft. */
function asked(number: string, check: Omit<Check, "id" | "level" | "requirements" | "section">, name: string): Check {
  return {
    id: `ipsie-al/${name}`,
    level: "must",
    requirements: [`A-${number}`],
    section: "IPSIE AL profile",
    ...check,
  };
}

/** Whether a filter finds the resource of the id, and it alone. */
async function finds(bench: Workbench, endpoint: string, filter: string, id: string): Promise<void> {
  const answer = await bench.get(endpoint, { filter });
  const found: readonly { id?: unknown }[] = Array.isArray(answer.body.Resources) ? answer.body.Resources : [];
  const isRight = answer.status === 200 && found.length === 1 && found[0]?.id === id;
  bench.expect(isRight, `${filter} gave ${answer.status} with ${found.length} resources`, "it finds one", answer);
}

const FIFTY = 50;

const extra: readonly Check[] = [
  asked(
    "02",
    {
      title: "Bulk is announced.",
      suffers: "An identity provider that sends bulk requests cannot be used.",
      misses: "Bulk that is announced and does not work: the checks of bulk find that.",
      async run(bench) {
        const answer = await bench.get("/ServiceProviderConfig");
        bench.expect(bench.has("bulk"), "bulk.supported is not true", "it is", answer);
      },
    },
    "bulk",
  ),
  asked(
    "05",
    {
      title: "There is no password: in no schema of users, and 400 where one is sent.",
      suffers: "Passwords travel that nobody needs.",
      misses: "Other credentials in schemas of the server's own.",
      async run(bench) {
        const { users, schemas } = bench.facts;
        const attributes = schemas.get(users?.schema ?? "")?.attributes ?? [];
        const has = attributes.some(({ name }) => name.toLowerCase() === "password");
        bench.expect(!has, "the schema of users has password", "it has none");
        const body = bench.newUser({ password: `Aa1!${bench.unique("secret")}` });
        const answer = await bench.post(users?.endpoint ?? "/Users", body);
        bench.expect(answer.status === 400, `a POST with one gave ${answer.status}`, "400", answer);
      },
    },
    "no-password",
  ),
  asked(
    "06",
    {
      title: "One PATCH may have fifty operations that add and remove members.",
      suffers: "Changes of groups have to be cut into pieces, or are refused.",
      misses: "More than fifty.",
      async run(bench) {
        bench.needsGroups();
        const users = [await bench.user(), await bench.user()];
        const group = await bench.group({ members: [{ value: users[0]?.id }] });
        const operations = Array.from({ length: FIFTY }, (_, index) => {
          const id = users[index % 2]?.id;
          return index % 4 < 2
            ? { op: "add", path: "members", value: [{ value: id }] }
            : { op: "remove", path: `members[value eq "${id}"]` };
        });
        const answer = await bench.patch(group.path, operations);
        bench.expect([200, 204].includes(answer.status), `it gave ${answer.status}`, "200 or 204", answer);
      },
    },
    "fifty-operations",
  ),
  asked(
    "07",
    {
      title: "A user is deactivated and reactivated by PATCH.",
      suffers: "Who has left stays in.",
      misses: "Sessions and tokens that live on.",
      async run(bench) {
        const { path } = await bench.user({ active: true });
        for (const value of [false, true]) {
          await bench.patch(path, [{ op: "replace", path: "active", value }]);
          const answer = await bench.get(path);
          bench.expect(answer.body.active === value, `active is ${answer.body.active}`, `it is ${value}`, answer);
        }
      },
    },
    "deactivation",
  ),
  asked(
    "08",
    {
      title: "After a DELETE a user of the same name can be created.",
      suffers: "Who comes back cannot be let in.",
      misses: "Names that are freed after a while only.",
      async run(bench) {
        const { path, body } = await bench.user();
        await bench.delete(path);
        const { userName } = body;
        const answer = await bench.post(bench.facts.users?.endpoint ?? "/Users", bench.newUser({ userName }));
        bench.expect(answer.status === 201, `it gave ${answer.status}`, "201", answer);
      },
    },
    "again",
  ),
  asked(
    "09",
    {
      title: "Users are found by userName, externalId and e-mail address, also with its type.",
      suffers: "Users are not matched, and created twice.",
      misses: "Filters on values with special characters.",
      async run(bench) {
        const [externalId, value] = [bench.unique("external"), bench.address()];
        const { id, body } = await bench.user({ externalId, emails: [{ type: "work", value }] });
        const endpoint = bench.facts.users?.endpoint ?? "/Users";
        await finds(bench, endpoint, `userName eq "${body.userName}"`, id);
        await finds(bench, endpoint, `externalId eq "${externalId}"`, id);
        await finds(bench, endpoint, `emails[value eq "${value}"]`, id);
        await finds(bench, endpoint, `emails[type eq "work" and value eq "${value}"]`, id);
      },
    },
    "look-up",
  ),
  asked(
    "10",
    {
      title: "Users have userName, displayName, active and externalId; groups displayName, members and externalId.",
      suffers: "An identity provider cannot map what the profile promises.",
      misses: "Attributes that are listed and not kept.",
      async run(bench) {
        bench.needsGroups();
        const missing = [
          ...["userName", "displayName", "active", "externalId"].filter((path) => !bench.hasAttribute(path)),
          ...["displayName", "members", "externalId"].filter((path) => !bench.hasAttribute(path, "Group")),
        ];
        bench.expect(missing.length === 0, `${missing.join(", ")} cannot be written`, "all are there");
      },
    },
    "attributes",
  ),
  asked(
    "11",
    {
      title: "Groups may be created without members, and are found by displayName, externalId and a member.",
      suffers: "Groups are not matched, and created twice.",
      misses: "Groups that are listed with all of their members.",
      async run(bench) {
        bench.needsGroups();
        const user = await bench.user();
        const externalId = bench.unique("external");
        const { id, path, body } = await bench.group({ externalId });
        await bench.patch(path, [{ op: "add", path: "members", value: [{ value: user.id }] }]);
        const endpoint = bench.facts.groups?.endpoint ?? "/Groups";
        await finds(bench, endpoint, `displayName eq "${body.displayName}"`, id);
        await finds(bench, endpoint, `externalId eq "${externalId}"`, id);
        await finds(bench, endpoint, `members[value eq "${user.id}"]`, id);
      },
    },
    "groups",
  ),
];

export const ipsieAl: CheckProfile = {
  name: "ipsie-al",
  says: "OpenID IPSIE AL SCIM 2.0 Profile, a draft: docs/profiles/ipsie-al.md",
  levelOf: ietfInterop.levelOf,
  extra: [...ietfInterop.extra, ...extra],
};
