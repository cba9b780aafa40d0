// A server on node:http: users and groups in memory, one token, a line for whatever is refused or fails.
import { createServer } from "node:http";
import { bearerToken, createScim, EnterpriseUserSchema, Group, User } from "scimkit";
import { memoryStorage } from "scimkit/memory";
import { nodeHandler } from "scimkit/node";

export function server(token: string, log: (line: string) => void) {
  const scim = createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage: memoryStorage(),
    baseUrl: "https://example.com/scim/v2",
    authenticate: bearerToken(token),
    onNotice(notice) {
      if (notice.type === "refused" || notice.type === "fault")
        log(`${notice.type} ${notice.method}: ${notice.detail}`);
    },
  });
  return createServer(nodeHandler(scim));
}
