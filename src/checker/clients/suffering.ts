import { clientName } from "./names.ts";

/** What people of the client meet, by the step of provisioning that fails. */
const BY_PHASE: Readonly<Record<string, string>> = {
  "test-connection": "does not let the administrator save the connection, or stops the job",
  match: "does not find who is there, and makes people a second time or stops at them",
  create: "does not bring new people in, or with wrong data",
  read: "cannot read back what it has written, and takes people for gone",
  update: "does not bring changes over: names, addresses or roles stay as they were",
  disable: "leaves people in who must be out",
  restore: "leaves people out who have come back",
  "hard-delete": "tries the same deletion for ever",
  "group-match": "does not find its groups, and makes them a second time",
  "group-create": "does not bring its groups in",
  "group-update": "does not rename its groups, or loses their members by it",
  "group-delete": "leaves groups behind that it has given up",
  "member-add": "does not give people the rights of the group",
  "member-remove": "leaves people in a group that they have left, or empties it",
  "member-change": "does not bring memberships over",
  import: "reads people or groups in part",
  discovery: "does not see what the server can",
  discover: "does not see what the server can",
};

/** One sentence about who goes without. */
export function sufferingOf(client: string, phase: string): string {
  return `${clientName(client)} ${BY_PHASE[phase] ?? "does not get what it needs"}.`;
}
