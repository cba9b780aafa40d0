import { attributeOfType, freeText, needAttribute, sampleOf, usersOf } from "../../attributes.ts";
import { created, needName } from "../../bodies.ts";
import type { Check } from "../../check.ts";
import { sameResource, valueAt } from "../../compare.ts";
import { expectError, expectMade, expectStatus, isRefused, isStatus, needStatus, told } from "../../judge.ts";
import type { Workbench } from "../../workbench.ts";

/** A second create of a userName that is taken, in the spelling that `spelled` gives it. */
async function second(bench: Workbench, spelled: (userName: string) => string = (same) => same) {
  const made = await bench.user();
  const userName = spelled(needName(bench, made));
  return { made, answer: await bench.post(usersOf(bench), { ...bench.newUser(), userName }) };
}

const swapped = (text: string) => (text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase());

/** Names that are taken, and what is required. @see RFC 7644 §3.3 */
export const conflicts: readonly Check[] = [
  {
    id: "create/conflict",
    title: "A create with a userName that is taken is 409.",
    level: "must",
    requirements: ["P-3.3-08", "S-4.1.1-02", "Q46"],
    section: "RFC 7644 §3.3",
    suffers: "Two accounts of one person come to be, or the client does not see that it should adopt the one there is.",
    misses: "Two creates at the same moment.",
    async run(bench) {
      const { answer } = await second(bench);
      expectStatus(bench, answer, 409, "The status is 409.", "A second user with the same userName");
    },
  },
  {
    id: "create/conflict-scim-type",
    title: "A create with a userName that is taken has the scimType uniqueness.",
    level: "must",
    requirements: ["P-3.3-08"],
    section: "RFC 7644 §3.3",
    suffers: "A client cannot tell a name that is taken from a version that is old.",
    misses: "The keyword on PUT and PATCH.",
    async run(bench) {
      const { answer } = await second(bench);
      needStatus(bench, answer, 409);
      expectError(bench, answer, {
        status: 409,
        scimType: "uniqueness",
        right: 'scimType is "uniqueness".',
        what: "A second user with the same userName",
      });
    },
  },
  {
    id: "create/conflict-in-other-case",
    title: "A userName that differs in letter case alone is taken as well.",
    level: "must",
    requirements: ["S-4.1.1-03", "P-3.3-08"],
    section: "RFC 7643 §4.1.1",
    suffers: "Ann and ANN are two accounts, and one of them is the wrong one to log in with.",
    misses: "Letters outside of ASCII.",
    async run(bench) {
      const { made, answer } = await second(bench, swapped);
      if (isStatus(answer, 201, 200)) {
        const { answer: same } = await second(bench);
        if (!isRefused(same)) bench.block("A userName is not refused in the same letter case either.");
        const right = "The status is 409: userName has no letter case.";
        bench.fail(
          `Both ${valueAt(made.body, "userName")} and ${valueAt(answer.body, "userName")} are there.`,
          right,
          answer,
        );
      }
      if (!isRefused(answer)) bench.block(told(answer));
    },
  },
  {
    id: "create/conflict-changes-nothing",
    title: "A create that conflicts leaves the user that is there as it is.",
    level: "must",
    requirements: ["P-3.3-10", "P-3.3-08"],
    section: "RFC 7644 §3.3",
    suffers: "A person's account is overwritten by another one's data.",
    misses: "A change that shows only later.",
    async run(bench) {
      const made = await bench.user();
      const before = await bench.read(made.path);
      const userName = valueAt(made.body, "userName");
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), userName });
      if (!isRefused(answer)) bench.block(told(answer));
      const after = await bench.read(made.path);
      bench.expect(sameResource(before, after, []), "It has changed.", "It is as it was.", answer);
    },
  },
  {
    id: "create/unique-attribute",
    title: "What the schema says is unique is refused the second time.",
    level: "should",
    requirements: ["S-7-22", "R-38"],
    section: "RFC 7643 §7",
    suffers: "A client matches by an attribute that it was told is unique, and gets two people.",
    misses: "Other unique attributes than the first one.",
    async run(bench) {
      const one = needAttribute(
        bench,
        "unique attribute besides userName",
        ({ uniqueness, mutability, type }) => uniqueness !== "none" && mutability !== "readOnly" && type === "string",
      );
      const value = sampleOf(bench, one.fact);
      await created(bench, one.with(value));
      const answer = await bench.post(usersOf(bench), bench.newUser(one.with(value)));
      expectStatus(
        bench,
        answer,
        [409, 400],
        `A second ${one.path} of the same value is 409.`,
        `A second user with the same ${one.path}`,
      );
    },
  },
  {
    id: "create/not-unique-attribute",
    title: "What the schema does not say is unique may be there twice.",
    level: "should",
    requirements: ["S-7-21"],
    section: "RFC 7643 §7",
    suffers: "Two people of the same name cannot both have an account.",
    misses: "Other attributes than the first one.",
    async run(bench) {
      const name = freeText(bench);
      const value = bench.unique(name);
      await created(bench, { [name]: value });
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), [name]: value });
      expectMade(bench, answer, `It is taken: ${name} has uniqueness none.`, `A second user with the same ${name}`);
    },
  },
  {
    id: "create/no-user-name",
    title: "A user without a userName is refused.",
    level: "must",
    requirements: ["S-4.1.1-01", "P-3.3-09"],
    section: "RFC 7643 §4.1.1",
    suffers: "Accounts come to be that nobody can log in to and nobody can find.",
    misses: "A userName that is taken away later.",
    async run(bench) {
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), userName: undefined });
      bench.expect(
        isRefused(answer),
        told(answer, "A user without a userName"),
        "The status is 400: userName is required.",
        answer,
      );
    },
  },
  {
    id: "create/no-user-name-scim-type",
    title: "A create that lacks what is required has the scimType invalidValue.",
    level: "should",
    requirements: ["P-3.12-07"],
    section: "RFC 7644 §3.12",
    suffers: "A client cannot tell a person what is missing.",
    misses: "The keyword for values of wrong types; errors/scim-type-of-a-wrong-value finds it.",
    async run(bench) {
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), userName: undefined });
      needStatus(bench, answer, 400);
      expectError(bench, answer, { status: 400, scimType: "invalidValue", right: 'scimType is "invalidValue".' });
    },
  },
  {
    id: "create/empty-user-name",
    title: "A userName that is empty or null is refused.",
    level: "must",
    requirements: ["S-4.1.1-01", "S-2.5-03"],
    section: "RFC 7643 §4.1.1",
    suffers: "Accounts come to be that nobody can log in to and nobody can find.",
    misses: "A userName of nothing but blanks; create/blank-user-name looks at it.",
    async run(bench) {
      for (const userName of ["", null]) {
        const answer = await bench.post(usersOf(bench), { ...bench.newUser(), userName });
        const right = `The status is 400: ${JSON.stringify(userName)} is no userName.`;
        bench.expect(
          isRefused(answer),
          told(answer, `A user whose userName is ${JSON.stringify(userName)}`),
          right,
          answer,
        );
      }
    },
  },
  {
    id: "create/blank-user-name",
    title: "A userName of nothing but blanks is refused.",
    level: "should",
    requirements: ["S-4.1.1-01", "R-87"],
    section: "RFC 7643 §4.1.1",
    suffers: "Accounts come to be that look as if they had no name.",
    misses: "Blanks around a name.",
    async run(bench) {
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), userName: "   " });
      expectStatus(bench, answer, [400, 409], "The status is 400.");
    },
  },
  {
    id: "create/required-attribute",
    title: "What the schema says is required is asked for.",
    level: "should",
    requirements: ["P-3.3-09", "S-7-27"],
    section: "RFC 7643 §7",
    suffers: "A client is told that it must send what the server does not need, and leaves people out who lack it.",
    misses: "Required attributes beyond the first one, and required sub-attributes.",
    async run(bench) {
      const one = needAttribute(
        bench,
        "required attribute besides userName",
        ({ required, mutability }) => required && mutability !== "readOnly",
      );
      const answer = await bench.post(usersOf(bench), bench.newUser(one.with(undefined)));
      expectStatus(
        bench,
        answer,
        400,
        `The status is 400: ${one.path} is required.`,
        `A user without ${one.path}, which the schema requires,`,
      );
    },
  },
  {
    id: "create/read-only-is-ignored",
    title: "readOnly attributes in a create are ignored.",
    level: "must",
    requirements: ["P-3.3-01", "S-7-11", "Q40"],
    section: "RFC 7644 §3.3",
    suffers: "A client that sends back what it has read elsewhere is refused, or changes what only the server knows.",
    misses: "Other attributes than the first one that is readOnly.",
    async run(bench) {
      const one = needAttribute(bench, "readOnly attribute", ({ mutability }) => mutability === "readOnly");
      const value = one.fact.name === "groups" ? [{ value: bench.unique("group") }] : sampleOf(bench, one.fact);
      const answer = await bench.post(usersOf(bench), bench.newUser(one.with(value)));
      expectMade(
        bench,
        answer,
        `The create succeeds, and ${one.path} in it is ignored.`,
        `A user with the readOnly ${one.path}`,
      );
      const sent = JSON.stringify(value);
      bench.expect(JSON.stringify(one.of(answer.body)) !== sent, `${one.path} is ${sent}.`, "It is ignored.", answer);
    },
  },
  {
    id: "create/false-is-a-value",
    title: "false is a value, and not the same as nothing.",
    level: "must",
    requirements: ["S-2.3.2-01", "S-2.5-01"],
    section: "RFC 7643 §2.3.2",
    suffers: "An account that is meant to be shut is open.",
    misses: "0 as a number.",
    async run(bench) {
      const one = attributeOfType(bench, "boolean");
      const answer = await created(bench, one.with(false));
      const seen = one.of(await bench.read(`${usersOf(bench)}/${encodeURIComponent(answer.body.id)}`));
      bench.expect(seen === false, `${one.path} is ${JSON.stringify(seen) ?? "absent"}.`, "It is false.", answer);
    },
  },
];
