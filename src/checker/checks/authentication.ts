import { ERROR } from "../../client/urns.ts";
import { usersOf } from "../attributes.ts";
import type { Check } from "../check.ts";
import { expectStatus, isList, isStatus, needStatus, told } from "../judge.ts";
import type { Answer, Workbench } from "../workbench.ts";

/** Asks for users without credentials; ends the check as skipped where the run has none. */
async function anonymous(bench: Workbench, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const known = await bench.get(usersOf(bench), { count: 1 });
  const options = { query: { count: 1 }, anonymous: true, headers };
  const answer = await bench.ask("GET", usersOf(bench), options);
  const names = (one: Answer) => Object.keys(one.exchange.requestHeaders).sort().join();
  const bare =
    Object.keys(headers).length > 0 ? await bench.ask("GET", usersOf(bench), { ...options, headers: {} }) : answer;
  if (names(known) === names(bare)) bench.skip("The run has no credentials to leave out.");
  return answer;
}

const WRONG = { authorization: "Bearer wrong-token-of-a-check" };

/** Who may ask. @see RFC 7644 §2 */
export const authentication: readonly Check[] = [
  {
    id: "authentication/none",
    title: "A request for users without credentials is refused.",
    level: "should",
    requirements: ["P-2-02", "P-2.2-01"],
    section: "RFC 7644 §2",
    suffers: "Anybody can read the names and addresses of all people.",
    misses: "Requests that write without credentials; they are not tried, since they might succeed.",
    async run(bench) {
      const answer = await anonymous(bench);
      expectStatus(bench, answer, [401, 403], "The status is 401.");
    },
  },
  {
    id: "authentication/wrong",
    title: "A request with a wrong token is refused.",
    level: "must",
    requirements: ["P-7.4-01", "P-2-02"],
    section: "RFC 7644 §2",
    suffers: "Anybody who makes up a token can read and change all accounts.",
    misses: "A token that is old or another tenant's.",
    async run(bench) {
      const answer = await anonymous(bench, WRONG);
      expectStatus(bench, answer, [401, 403], "The status is 401.");
    },
  },
  {
    id: "authentication/status",
    title: "A request with a wrong token is 401.",
    level: "client",
    requirements: ["P-3.12-05", "Q10"],
    clients: ["entra", "okta"],
    section: "RFC 7644 §3.12",
    suffers: "Entra and Okta do not tell the administrator that the token has to be renewed.",
    misses: "The status for a token that is old.",
    async run(bench) {
      const answer = await anonymous(bench, WRONG);
      expectStatus(bench, answer, 401, "The status is 401.");
    },
  },
  {
    id: "authentication/challenge",
    title: "A 401 says in WWW-Authenticate how to authenticate.",
    level: "must",
    requirements: ["P-2-01"],
    section: "RFC 7644 §2",
    suffers: "A client does not know which scheme the server wants.",
    misses: "A scheme that is named and not taken.",
    async run(bench) {
      const answer = await anonymous(bench);
      if (!isStatus(answer, 401)) bench.skip(`A request without credentials is no 401: ${told(answer)}`);
      const holds = answer.headers.has("www-authenticate");
      bench.expect(holds, "There is no WWW-Authenticate header.", "It names a scheme, such as Bearer.", answer);
    },
  },
  {
    id: "authentication/error-body",
    title: "A 401 has a SCIM error as body.",
    level: "should",
    requirements: ["P-3.12-01", "Q10"],
    section: "RFC 7644 §3.12",
    suffers: "A client that reads errors fails to read this one, and reports a broken server.",
    misses: "A body that a gateway in front puts there.",
    async run(bench) {
      const answer = await anonymous(bench);
      if (!isStatus(answer, 401)) bench.skip(`A request without credentials is no 401: ${told(answer)}`);
      const holds = answer.isJson && answer.body.schemas?.includes(ERROR) === true;
      bench.expect(holds, "The body is no SCIM error.", `The body is JSON with the schema ${ERROR}.`, answer);
    },
  },
  {
    id: "authentication/no-leak",
    title: "A request that is refused for its credentials tells nothing of the data.",
    level: "must",
    requirements: ["P-2-02", "P-7.5.1-01"],
    section: "RFC 7644 §7.5.1",
    suffers: "Names of people are told to whoever asks.",
    misses: "Differences in time.",
    async run(bench) {
      const made = await bench.user();
      for (const path of [usersOf(bench), made.path]) {
        const answer = await bench.ask("GET", path, { headers: WRONG, anonymous: true });
        if (!isStatus(answer, 401, 403)) bench.block(told(answer));
        const holds = !isList(answer) && answer.body.Resources === undefined && !answer.text.includes(made.id);
        bench.expect(holds, "The answer has data in it.", "The answer has none.", answer);
      }
    },
  },
  {
    id: "authentication/token-is-not-echoed",
    title: "A token is not repeated in an error.",
    level: "must",
    requirements: ["P-7.3-01", "P-3.12-11"],
    section: "RFC 7644 §7.3",
    suffers: "Tokens end up in logs and tickets.",
    misses: "Logs of the server's own.",
    async run(bench) {
      const answer = await anonymous(bench, WRONG);
      const echoed = answer.text.includes("wrong-token-of-a-check");
      bench.expect(!echoed, "The body repeats the token.", "The body does not have it.", answer);
    },
  },
  {
    id: "authentication/scheme-case",
    title: "The word Bearer in front of a token is read in any letter case.",
    // RFC 9110 defines the scheme as case-insensitive, and has no MUST of it.
    level: "should",
    requirements: ["P-2-01"],
    section: "RFC 9110 §11.1",
    suffers: "A client whose library writes the word in small letters is told that its token is wrong.",
    misses: "Other schemes, and several blanks behind the word.",
    async run(bench) {
      const known = await bench.get(usersOf(bench), { count: 1 });
      if (!known.exchange.requestHeaders.authorization?.startsWith("Bearer "))
        bench.skip("The run has no bearer token.");
      needStatus(bench, known, 200);
      for (const scheme of ["bearer", "BEARER"]) {
        const answer = await bench.ask("GET", usersOf(bench), { query: { count: 1 }, scheme });
        const seen = `The token that is taken behind Bearer is refused behind ${scheme}: ${told(answer)}`;
        bench.expect(answer.status === 200, seen, "The status is 200: schemes have no letter case.", answer);
      }
    },
  },
  {
    id: "authentication/discovery",
    title: "The service provider's configuration can be read without credentials.",
    level: "option",
    requirements: ["S-5-09"],
    section: "RFC 7643 §5",
    suffers: "A client cannot learn how to authenticate before it has authenticated.",
    misses: "/Schemas and /ResourceTypes.",
    async run(bench) {
      await anonymous(bench);
      const answer = await bench.ask("GET", "/ServiceProviderConfig", { anonymous: true });
      expectStatus(bench, answer, 200, "The status is 200; asking for credentials is legal as well.");
    },
  },
];
