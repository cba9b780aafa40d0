import { createScim } from "../../scim.ts";
import type { StorageCapabilities } from "../../storage/adapter.ts";
import { keepsSecret } from "../../storage/secrets.ts";
import { type Case, chapter } from "../case.ts";
import { must, mustBe } from "../failure.ts";
import type { Subject } from "../subject.ts";

/** Cases about what the adapter announces; `declared` is what its author told the kit. */
export function serviceCases(declared: StorageCapabilities | undefined): readonly Case[] {
  const { cases, add } = chapter({ name: "announced" });
  if (declared !== undefined) {
    add("the adapter's capabilities are those that its author declared to the kit", async ({ capabilities }) => {
      for (const name of Object.keys({ ...declared, ...capabilities }) as (keyof StorageCapabilities)[])
        mustBe(
          capabilities[name] ?? false,
          declared[name] ?? false,
          `capabilities.${name} must be what was declared to the kit`,
        );
    });
  }
  add("the adapter has a name, by which errors and notices call it, and keeps contract 1", async ({ storage }) => {
    must(
      typeof storage.name === "string" && storage.name !== "",
      "an adapter must have a name",
      `its name is ${JSON.stringify(storage.name)}`,
    );
    mustBe(storage.contract, 1, "an adapter must say which contract it keeps");
  });
  add("ServiceProviderConfig announces what the adapter's capabilities say, and nothing else", async (subject) => {
    const { capabilities } = subject;
    const config = await ask(subject, "/ServiceProviderConfig");
    mustBe(config.filter?.supported, capabilities.filter === true, "filter.supported must follow capabilities.filter");
    mustBe(config.sort?.supported, capabilities.sort === true, "sort.supported must follow capabilities.sort");
    const keepsPasswords = subject.resourceTypes.some(
      (type) => type.attribute("password") !== undefined && keepsSecret(capabilities, type, "password"),
    );
    mustBe(
      config.changePassword?.supported,
      keepsPasswords,
      "changePassword.supported must follow capabilities.secrets",
    );
  });
  return cases;
}

type Config = Readonly<Record<string, { readonly supported?: boolean } | undefined>>;

async function ask(subject: Subject, path: string): Promise<Config> {
  const scim = createScim({
    resourceTypes: subject.resourceTypes.map((type) => type.definition),
    storage: subject.storage,
    baseUrl: "https://example.com/scim/v2",
    authenticate: () => subject.context,
  });
  const { body } = await scim.handle({ method: "GET", url: `/scim/v2${path}`, headers: {} });
  return JSON.parse(String(body)) as Config;
}
