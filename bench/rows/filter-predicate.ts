import assert from "node:assert/strict";
import type { Subject } from "../harness/subject.ts";
import type { Run, Work } from "../harness/work.ts";
import { type BenchUser, ENTERPRISE, PREDICATES } from "../limit/filter-predicate.ts";
import { filterMatchers } from "../peers/filter.ts";

const USERS = 10_000;

function userAt(index: number): BenchUser {
  const isAbroad = index % 40 === 0;
  const minute = String(index % 60).padStart(2, "0");
  return {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
    id: `0b1c${index}`,
    externalId: `ext-${index}`,
    userName: index % 3 === 0 ? `User${index}@Example.com` : `user${index}@example.com`,
    displayName: isAbroad ? `Zoë Müller ${index}` : `Ada Smith ${index}`,
    ...(index % 2 === 0 ? { title: `Engineer ${index % 7}` } : {}),
    ...(index % 3 === 0 ? { userType: index % 2 === 0 ? "Contractor" : "Employee" } : {}),
    active: index % 10 !== 0,
    name: {
      givenName: isAbroad ? `Zoë ${index}` : `Ada ${index}`,
      familyName: isAbroad ? `Müller ${index}` : `Smith ${index}`,
    },
    emails: [
      { type: "work", value: `User${index}@example.com`, primary: true },
      { type: "home", value: `u${index}@example.org` },
    ],
    meta: {
      resourceType: "User",
      created: "2025-01-01T00:00:00.000Z",
      lastModified: `2026-0${(index % 6) + 1}-01T00:${minute}:00.${String(index % 1000).padStart(3, "0")}Z`,
    },
    [ENTERPRISE]: { employeeNumber: String(index) },
  };
}

/** As storage holds them: read from JSON. */
const users: readonly BenchUser[] = JSON.parse(JSON.stringify(Array.from({ length: USERS }, (_, at) => userAt(at))));

function counting(predicates: readonly ((user: BenchUser) => boolean)[]): Run {
  return (turn: number) => {
    const matches = predicates[turn % predicates.length] as (user: BenchUser) => boolean;
    let count = 0;
    for (const user of users) if (matches(user)) count++;
    return count;
  };
}

async function compiled(subject: Subject, filters: typeof PREDICATES): Promise<Run> {
  const { parseFilter, predicateOf, resolveFilter } = await subject.load("scimkit/filter");
  const { compileResourceType, EnterpriseUserSchema, User } = await subject.load("scimkit");
  const type = compileResourceType(User.extend(EnterpriseUserSchema));
  const predicates = filters.map(([filter]) => predicateOf(resolveFilter(parseFilter(filter), type)));
  return counting(predicates as unknown as readonly ((user: BenchUser) => boolean)[]);
}

function rowOf(name: string, about: string, filters: typeof PREDICATES): Work {
  const byHand = filters.map(([, make]) => make());
  const expected = byHand.map((matches) => users.filter(matches).length);
  return {
    name,
    about,
    target: 1.5,
    turns: filters.length,
    input: (turn) => turn,
    limit: () => counting(byHand),
    scimkit: (subject) => compiled(subject, filters),
    peers: filterMatchers(
      filters.map(([filter]) => filter),
      users,
    ),
    check: (answer, turn) => assert.equal(answer, expected[turn % filters.length]),
  };
}

/** Filters asked of users, of all kinds. */
export const filterPredicate = rowOf(
  "filter predicate",
  "Tests 10,000 users with a filter that is compiled already, one of twelve kinds each turn.",
  PREDICATES,
);

/** The same of dates. */
export const filterPredicateDates = rowOf(
  "filter predicate, dates",
  "Tests 10,000 users with meta.lastModified gt.",
  PREDICATES.filter(([filter]) => filter.startsWith("meta.")),
);
