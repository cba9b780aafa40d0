import { compileResourceType, defineResourceType } from "../../schema/resource-type.ts";
import { defineSchema } from "../../schema/schema.ts";
import { chapter } from "../case.ts";
import { must, mustBe, outcomeOf, showError } from "../failure.ts";

const { cases, add } = chapter({ name: "accepts", features: ["accepts"] });

add("the resource types that the adapter serves pass", async ({ storage, resourceTypes }) => {
  for (const type of resourceTypes) {
    const { error } = await outcomeOf((async () => storage.accepts?.(type))());
    must(
      error === undefined,
      `accepts must let ${type.name} pass, which the adapter serves`,
      `it threw ${showError(error)}`,
    );
  }
});

/** A resource type that no adapter has been told of. */
const STRANGER = compileResourceType(
  defineResourceType({
    name: "KitStranger",
    schema: defineSchema({
      id: "urn:scimkit:params:scim:schemas:testing:Stranger",
      name: "Stranger",
      attributes: { label: { caseExact: true } },
    }),
  }),
);

add(
  "a resource type that passes is served from the first call on, and one that cannot be does not pass",
  async (subject) => {
    const { storage, resourceTypes } = subject;
    if ((await outcomeOf((async () => storage.accepts?.(STRANGER))())).error !== undefined) return;
    const asked = subject.withTypes([...resourceTypes, STRANGER]);
    const { name } = STRANGER;
    const { error } = await outcomeOf(
      (async () => {
        await asked.query(name);
        const { id } = await asked.create(name, { label: "one" });
        mustBe((await asked.get(name, id))?.label, "one", "what accepts lets pass must be kept");
      })(),
    );
    must(
      error === undefined,
      "accepts must throw for a resource type that the adapter cannot hold, before the first call for one",
      `accepts let it pass, and then ${showError(error)} came`,
    );
  },
);

export { cases as accepts };
