import { CLIENTS } from "../../checker/clients/index.ts";
import { PROFILES } from "../../checker/profiles/index.ts";
import { CONNECTION_HELP } from "../connection.ts";

export const checkHelp = (): string => `scimkit check <base URL> [options]

Tries whether a SCIM server does what RFC 7643, 7644 and 9865 ask for, and what its clients need. It needs nothing but the URL and
a token: what it sends is made of the server's own /Schemas, and what the server does not announce is not held against it.

What happens to the server: users and groups are created, changed and deleted, a few hundred requests one after another. Everything
made has the digits of the run in its name (user.1234567890.1@example.com) and is removed when its check is over, also where the run
is stopped (Ctrl-C; twice ends it at once). What could not be removed is named in the report. Nothing that was there before is
written to. For a server in production: --read-only.

How it is reached
${CONNECTION_HELP}  --timeout <seconds>       for each request (default 30)
  --rate <number>           requests a second at most; 429 and 503 with Retry-After are waited for in any case
  Certificates of your own: NODE_EXTRA_CA_CERTS=ca.pem. A proxy: HTTPS_PROXY with NODE_USE_ENV_PROXY=1 (Node 24).

What is tried
  --read-only               sends no request that writes; checks that would are skipped
  --only <pattern>          checks by id, section, requirement or client: "filter/*", "§3.5.2", P-3.3-05; repeat it or use commas
  --as <client>             plays this client's recorded requests and cycle, whose failures count: ${lines(CLIENTS)}
  --profile <name>          judges by this list:
${Object.entries(PROFILES)
  .map(([name, { says }]) => `                              ${name.padEnd(14)}${says}`)
  .join("\n")}
  --template <user.json>    what every user has besides: custom attributes that are required, the domain of addresses. {run} and
                            {number} stand for digits; without them userName, externalId and addresses are made unique
  --group-template <group.json>
                            the same for groups
  --list                    prints the checks and asks no server

What comes of it
  --json [file]             the report as JSON (docs/checker-report.schema.json); without a file on standard output, alone
  --html <file>             one page, for a browser, a phone and paper
  --junit <file>            for CI
  --sarif <file>            for code scanning
  --har <file>              all requests and answers, for the network view of a browser; credentials are masked in all of them
  --badge <file>            an SVG
  --sign <key.pem>          signs what --json writes, by an Ed25519 key (openssl genpkey -algorithm ed25519)
  --verify <file> --key <public.pem>
                            says whether a signed report is whole, and shows it; asks no server
  --expected-failures <file>
                            failures that are known, a line each: <check> <last day> <reason>; after that day they count again
  --compare <old.json>      says what fails newly and what is mended since that report
  --fail-on <levels>        whose failures count: must (default), should, client, option; commas between them

Exit status: 0 nothing failed that counts; 1 something did; 2 a wrong call, or no server that can be asked; 130 stopped.

  SCIM_TOKEN=… npx scimkit check https://host/scim/v2
  npx scimkit check https://host/scim/v2 --as entra --html report.html
  npx scimkit check https://host/scim/v2 --only "patch/*" --har patch.har
  npx scimkit check https://host/scim/v2 --template user.json --rate 5
  npx scimkit check https://host/scim/v2 --expected-failures known.txt --junit scim.xml      # in CI
`;

/** Names in lines that fit behind an option. */
function lines(names: readonly string[]): string {
  const found = [""];
  for (const name of names) {
    const last = found.at(-1) ?? "";
    if (last.length + name.length > 90) found.push(name);
    else found[found.length - 1] = last === "" ? name : `${last}, ${name}`;
  }
  return `\n                              ${found.join(",\n                              ")}`;
}
