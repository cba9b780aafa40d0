import { readSettings, SettingError } from "../../../examples/settings.ts";
import { openStorage } from "../../../examples/storage.ts";
import { createScim, EnterpriseUserSchema, Group, type Scim, User } from "../../index.ts";
import { CommandError } from "../command.ts";

/** The directory in a database of `scimkit serve`. */
export async function openDirectory(database: string): Promise<{ readonly scim: Scim; close(): Promise<void> }> {
  if (database === "memory")
    throw new CommandError("--database memory holds nothing: name a SQLite file or postgres://…");
  const { storage, close } = await open(database).catch((error: unknown) => {
    throw error instanceof SettingError
      ? new CommandError(error.message.replace("SCIM_DATABASE", "--database"))
      : error;
  });
  const scim = createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage,
    // Nobody asks it: locations are made when a server is asked.
    baseUrl: "http://localhost/scim/v2",
    authenticate: () => ({}),
  });
  return { scim, close };
}

async function open(database: string) {
  return openStorage(readSettings({ SCIM_DATABASE: database }).database);
}
