// Whoever leaves gets an e-mail, whatever happens to the process: events wait in the outbox until the mail is sent.
import { createScim, Group, type StorageAdapter, User } from "scimkit";

export function mailOnLeave(storage: StorageAdapter) {
  return createScim({
    resourceTypes: [User, Group],
    storage,
    baseUrl: "https://example.com/scim/v2",
    unsafeNoAuthentication: true,
    outbox: true,
  });
}

export function sendMails(scim: ReturnType<typeof mailOnLeave>, send: (address: string) => Promise<void>) {
  return scim.drain(
    async (event) => {
      if (event.resourceType !== "User") return;
      const user = event.type === "deleted" ? event.before : event.type === "deactivated" ? event.after : undefined;
      const address = user?.emails?.find(({ primary }) => primary === true)?.value;
      if (address !== undefined) await send(address);
    },
    { until: "empty" },
  );
}
