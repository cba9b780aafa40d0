import { PATCH } from "../../client/urns.ts";
import {
  createScim,
  defineProfile,
  EnterpriseUserSchema,
  Group,
  type JsonPatchOperation,
  type ProfileName,
  type ScimNotice,
  User,
} from "../../index.ts";
import type { ResourceObject } from "../../schema/value.ts";
import { memoryStorage } from "../../storage/memory/index.ts";
import { importResources } from "../../transfer/import.ts";
import { CommandError } from "../command.ts";

/** What a PATCH comes to under one profile. */
export interface Tried {
  readonly profile: string;
  readonly status: number;
  /** The resource behind it, or the error. */
  readonly body: unknown;
  /** What changed, as RFC 6902 has it; members that came and went are said by name. */
  readonly changes: readonly JsonPatchOperation[];
  readonly members: readonly { readonly attribute: string; readonly added: number; readonly removed: number }[];
  /** The rules that read what no RFC has, with the place: `boolean-strings at Operations[0].value`. */
  readonly quirks: readonly string[];
  /** What was left out because nobody declared it. */
  readonly unknown: readonly string[];
}

/** Applies a PATCH to a resource as a server does that holds nothing else; who its members are is not asked. */
export async function tryPatch(resource: ResourceObject, patch: unknown, profile: ProfileName): Promise<Tried> {
  const type = typeOf(resource);
  const notices: ScimNotice[] = [];
  const changes: JsonPatchOperation[] = [];
  const members: Tried["members"][number][] = [];
  const scim = createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage: memoryStorage(),
    baseUrl: "https://example.com/scim/v2",
    authenticate: () => ({}),
    profile: defineProfile({ extends: profile, settings: { references: "ignore", patchResponse: "resource" } }),
    onChange(event) {
      // A user who is taken out of service by a PATCH is told of twice.
      if (event.type !== "patched") return;
      changes.push(...event.changes);
      for (const { attribute, joined, left } of event.deltas)
        members.push({ attribute, added: joined.length, removed: left.length });
    },
    onNotice: (notice) => void notices.push(notice),
  });
  const id = typeof resource.id === "string" ? resource.id : "1";
  const problems: string[] = [];
  const line = { resourceType: type, resource: { ...resource, id } };
  await importResources(scim, [line], { onProblem: ({ reason }) => void problems.push(reason) });
  if (problems[0] !== undefined) throw new CommandError(`the resource cannot be taken: ${problems[0]}`);
  const answer = await scim.handle({
    method: "PATCH",
    url: `/scim/v2/${type}s/${encodeURIComponent(id)}`,
    headers: { "content-type": "application/scim+json" },
    body: JSON.stringify(messageOf(patch)),
  });
  const text = typeof answer.body === "object" ? await new Response(answer.body).text() : answer.body;
  return {
    profile,
    status: answer.status,
    body: text === undefined || text === "" ? undefined : JSON.parse(text),
    changes,
    members,
    quirks: notices.flatMap((one) => (one.type === "quirk" ? [`${one.quirk} at ${one.path}`] : [])),
    unknown: notices.flatMap((one) => (one.type === "unknownAttribute" ? [one.path] : [])),
  };
}

function typeOf({ schemas }: ResourceObject): "User" | "Group" {
  const urns = JSON.stringify(schemas ?? []).toLowerCase();
  if (urns.includes("core:2.0:group")) return "Group";
  if (urns.includes("core:2.0:user")) return "User";
  throw new CommandError('the resource does not say in "schemas" whether it is a User or a Group.');
}

/** The list of operations alone is put into the message that it belongs in. */
function messageOf(patch: unknown): unknown {
  if (!Array.isArray(patch)) return patch;
  return { schemas: [PATCH], Operations: patch };
}
