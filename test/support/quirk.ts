import { defineProfile, type Profile, type Quirk } from "../../src/index.ts";
import { type Answer, type Directory, directory, ENTERPRISE, type Given, GROUP, USER } from "./directory.ts";

export const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
export const SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/** A service with the users ada and bob and a group of both, under these rules and no others, or under a profile. */
export interface Ruled extends Directory {
  readonly ada: string;
  readonly bob: string;
  readonly group: string;
  /** `rule at path` for each note that the last request left. */
  notes(): readonly string[];
  patch(path: string, ...operations: object[]): Promise<Answer>;
  find(path: string): Promise<readonly string[]>;
}

/** Makes it. What is stored is the same whatever the rules. */
export async function under(
  rules: readonly Quirk[] | Profile,
  given: Given = {},
  { extension = true, group: hasGroup = true }: { readonly extension?: boolean; readonly group?: boolean } = {},
): Promise<Ruled> {
  const service = directory({ profile: "name" in rules ? rules : defineProfile({ quirks: rules }), ...given });
  const create = async (endpoint: string, body: object): Promise<string> => {
    const answer = await service.ask("POST", endpoint, body);
    if (answer.status !== 201) throw new Error(`not created: ${answer.body}`);
    return answer.json.id;
  };
  const ada = await create("/Users", {
    schemas: [USER],
    userName: "ada",
    externalId: "e-ada",
    active: true,
    displayName: "Ada",
    emails: [
      { type: "work", value: "ada@work.example", primary: true },
      { type: "home", value: "ada@home.example" },
    ],
  });
  const bob = await create("/Users", {
    schemas: extension ? [USER, ENTERPRISE] : [USER],
    userName: "bob",
    externalId: "e-bob",
    active: false,
    ...(extension ? { [ENTERPRISE]: { department: "Sales", manager: { value: ada } } } : {}),
  });
  const members = [{ value: ada }, { value: bob }];
  const group = hasGroup ? await create("/Groups", { schemas: [GROUP], displayName: "Both", members }) : "";
  const ask: Directory["ask"] = (...request) => {
    service.events.length = 0;
    return service.ask(...request);
  };
  return {
    ...service,
    ada,
    bob,
    group,
    ask,
    notes: () => service.events.flatMap((event) => (event.type === "quirk" ? `${event.quirk} at ${event.path}` : [])),
    patch: (path, ...Operations) => ask("PATCH", path, { schemas: [PATCH], Operations }),
    find: async (path) => {
      const { status, json } = await ask("GET", path);
      if (status !== 200) throw new Error(`${status} ${json.scimType}: ${json.detail}`);
      return json.Resources.map(({ userName, displayName }: Record<string, string>) => userName ?? displayName);
    },
  };
}
