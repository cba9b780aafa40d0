// A week of Entra ID provisioning a CRM in the manner of SuperOffice, in the requests that it sends, and the licences that
// must come of each.
import type { Scim } from "scimkit";
import { testClient } from "scimkit/testing";
import type { Licences } from "./licences.ts";

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/** A request about somebody; the name stands for the id that the create gave. */
interface Request {
  readonly method: "POST" | "PATCH" | "DELETE";
  readonly user: string;
  readonly body?: unknown;
}

const hire = (user: string, department: string, active: unknown = true): Request => ({
  method: "POST",
  user,
  body: { schemas: [USER, ENTERPRISE], userName: `${user}@example.com`, active, [ENTERPRISE]: { department } },
});
const change = (user: string, path: string, value: unknown): Request => ({
  method: "PATCH",
  user,
  body: { schemas: [PATCH], Operations: [{ op: "Replace", path, value }] },
});
const move = (user: string, department: string) => change(user, `${ENTERPRISE}:department`, department);
const remove = (user: string): Request => ({ method: "DELETE", user });

/** There are two licences for Sales, one for Service and three basic ones. */
export const seats = { Sales: 2, Service: 1, Basic: 3 };

/** What happens, what Entra ID sends, and who holds what afterwards; in brackets, what somebody waits for. */
export const story: readonly (readonly [name: string, request: Request, licences: string])[] = [
  ["Ada is hired for Sales", hire("Ada", "Sales"), "Ada Sales"],
  ["Joan is hired for Sales", hire("Joan", "Sales"), "Ada Sales, Joan Sales"],
  ["Grace is one too many", hire("Grace", "Sales"), "Ada Sales, Joan Sales, Grace (Sales)"],
  ["Alan will begin on Friday", hire("Alan", "Service", "False"), "Ada Sales, Joan Sales, Grace (Sales)"],
  ["Ada moves, for Grace's good", move("Ada", "Service"), "Ada Service, Joan Sales, Grace Sales"],
  ["Joan takes another name", change("Joan", "name.familyName", "Murray"), "Ada Service, Joan Sales, Grace Sales"],
  ["Ada's move is sent again", move("Ada", "Service"), "Ada Service, Joan Sales, Grace Sales"],
  ["Alan begins", change("Alan", "active", "True"), "Ada Service, Joan Sales, Grace Sales, Alan (Service)"],
  ["Ada goes on leave", change("Ada", "active", "False"), "Joan Sales, Grace Sales, Alan Service"],
  ["Ada is moved meanwhile", move("Ada", "Tours"), "Joan Sales, Grace Sales, Alan Service"],
  ["Ada is back", change("Ada", "active", "True"), "Ada Basic, Joan Sales, Grace Sales, Alan Service"],
  ["Grace has left", remove("Grace"), "Ada Basic, Joan Sales, Alan Service"],
];

/** Plays it against a service, and says after each step what came of it, and whether it should have. */
export async function* play(scim: Scim, { held, waiting }: Licences) {
  const client = testClient(scim);
  const ids = new Map<string, string>();
  for (const [name, { method, user, body }, expected] of story) {
    const path = `/Users${method === "POST" ? "" : `/${ids.get(user)}`}`;
    const answer = await client.send(method, path, body);
    const { status } = answer;
    if (status === 201) ids.set(user, String(answer.body.id));
    const licences = [...ids]
      .map(([who, id]) =>
        held.has(id) ? `${who} ${held.get(id)}` : waiting.has(id) ? `${who} (${waiting.get(id)})` : "",
      )
      .filter((line) => line !== "")
      .join(", ");
    yield { name, method, status, licences, isRight: status < 300 && licences === expected };
  }
}
