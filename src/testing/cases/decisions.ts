import { errors } from "../../errors.ts";
import type { ChangeEvent } from "../../events/event.ts";
import type { Amendment, PendingChange } from "../../events/pending-change.ts";
import { isObject, type ResourceObject } from "../../schema/value.ts";
import { createScim } from "../../scim.ts";
import { chapter } from "../case.ts";
import { mustBeUnchanged } from "../content.ts";
import { must, mustBe } from "../failure.ts";
import type { Subject } from "../subject.ts";

const { cases, add } = chapter({ name: "decisions", needs: ["User.userName", "User.displayName"] });

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const SENTENCE = "No seat is left.";

type Decision = Amendment | undefined;

interface Answer {
  readonly status: number;
  readonly body: ResourceObject;
}

/** A server over the adapter that asks `decide`. */
function serve(subject: Subject, decide: (change: PendingChange) => Decision | Promise<Decision>) {
  const events: ChangeEvent[] = [];
  const scim = createScim({
    resourceTypes: subject.resourceTypes.map((type) => type.definition),
    storage: subject.storage,
    baseUrl: "https://example.com/scim/v2",
    authenticate: () => subject.context,
    decide,
    onChange: (event) => void events.push(event),
  });
  const send = async (method: string, path: string, body?: ResourceObject): Promise<Answer> => {
    const response = await scim.handle({
      method,
      url: `/scim/v2${path}`,
      headers: { "content-type": "application/scim+json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = response.body === undefined ? "" : await new Response(response.body as BodyInit).text();
    const parsed: unknown = text === "" ? {} : JSON.parse(text);
    return { status: response.status, body: isObject(parsed) ? parsed : {} };
  };
  return { send, events };
}

function user(subject: Subject, attributes: ResourceObject): ResourceObject {
  return { schemas: [subject.type("User").urn], ...attributes };
}

function patch(...operations: readonly ResourceObject[]): ResourceObject {
  return { schemas: [PATCH], Operations: operations };
}

/** Creates a user at the server, and gives the id. */
async function created({ send }: ReturnType<typeof serve>, subject: Subject, userName: string): Promise<string> {
  const { status, body } = await send("POST", "/Users", user(subject, { userName }));
  must(status === 201, "a change that decide lets pass must be done", `it was answered with ${status}`);
  return String(body.id);
}

add("a veto leaves nothing of the change, and frees what it took [G-3 G-4]", async (subject) => {
  let isVetoing = false;
  const server = serve(subject, () => {
    if (isVetoing) throw errors.conflict(SENTENCE);
    return undefined;
  });
  const id = await created(server, subject, "ada");
  const before = await subject.read("User", id);
  const total = (await subject.query("User")).totalResults;
  isVetoing = true;
  const changes = [
    ["POST", "/Users", user(subject, { userName: "eve" })],
    ["PUT", `/Users/${id}`, user(subject, { userName: "bob" })],
    ["PATCH", `/Users/${id}`, patch({ op: "replace", path: "displayName", value: "Countess" })],
    ["DELETE", `/Users/${id}`, undefined],
  ] as const;
  for (const [method, path, body] of changes) {
    const answer = await server.send(method, path, body);
    mustBe([answer.status, answer.body.detail], [409, SENTENCE], `a vetoed ${method} must be answered with the veto`);
  }
  const rule = "a veto must leave nothing of the change";
  await mustBeUnchanged(subject, "User", before, rule);
  mustBe((await subject.query("User")).totalResults, total, rule);
  isVetoing = false;
  for (const userName of ["eve", "bob"]) await created(server, subject, userName);
});

add("what decide sets is stored with the change, and told with it once", async (subject) => {
  const server = serve(subject, ({ operation }) => (operation === "delete" ? undefined : { displayName: operation }));
  const id = await created(server, subject, "ada");
  mustBe((await subject.read("User", id)).displayName, "create", "what decide sets must be stored");
  await server.send("PUT", `/Users/${id}`, user(subject, { userName: "ada", displayName: "another" }));
  const { displayName, meta } = await subject.read("User", id);
  mustBe(displayName, "replace", "what decide sets must be stored over what the client sends");
  mustBe(
    server.events.map(({ type }) => type),
    ["created", "replaced"],
    "what decide sets must be told with the change, and not as one of its own",
  );
  mustBe(server.events[1]?.version, meta.version, "the event of a change must name the version that it came to");
});

add("what decide asks for is the state that the change was made from", async (subject) => {
  const seen: unknown[] = [];
  const server = serve(subject, async (change) => {
    const [before, after] = [await change.before(), await change.after()];
    seen.push([change.operation, before?.displayName, after?.displayName]);
    return undefined;
  });
  const id = await created(server, subject, "ada");
  const name = (value: string) => patch({ op: "replace", path: "displayName", value });
  await server.send("PATCH", `/Users/${id}`, name("one"));
  await server.send("PATCH", `/Users/${id}`, name("two"));
  await server.send("DELETE", `/Users/${id}`);
  mustBe(
    seen,
    [
      ["create", undefined, undefined],
      ["patch", undefined, "one"],
      ["patch", "one", "two"],
      ["delete", "two", undefined],
    ],
    "decide must be asked about the state before and the one after",
  );
});

add(
  "of a delta decide is told who joins and who leaves, and a veto leaves the members as they were [G-6]",
  async (subject) => {
    let isVetoing = false;
    const deltas: unknown[] = [];
    const server = serve(subject, (change) => {
      if (change.resourceType === "Group")
        deltas.push(...change.deltas.map(({ joined, left }) => [joined[0]?.value, left[0]]));
      if (isVetoing) throw errors.conflict(SENTENCE);
      return undefined;
    });
    const ada = await created(server, subject, "ada");
    const bob = await created(server, subject, "bob");
    const group = await subject.create("Group", { displayName: "g", members: [{ value: ada }] });
    const add = patch({ op: "add", path: "members", value: [{ value: bob }] });
    const remove = patch({ op: "remove", path: `members[value eq "${ada}"]` });
    isVetoing = true;
    for (const body of [add, remove])
      mustBe((await server.send("PATCH", `/Groups/${group.id}`, body)).status, 409, "a vetoed delta must be refused");
    await mustBeUnchanged(subject, "Group", group, "a veto must leave collections as they were");
    isVetoing = false;
    for (const body of [add, remove]) await server.send("PATCH", `/Groups/${group.id}`, body);
    mustBe(
      deltas,
      [
        [bob, undefined],
        [undefined, ada],
        [bob, undefined],
        [undefined, ada],
      ],
      "decide must be told who joins and who leaves",
    );
  },
  { needs: ["Group.members"] },
);

add("a veto takes nothing of the writes that go on beside it [G-1]", async (subject) => {
  const server = serve(subject, async (change) => {
    const after = await change.after();
    if (after?.displayName === "vetoed") throw errors.conflict(SENTENCE);
    return undefined;
  });
  const ids = await Promise.all(Array.from({ length: 4 }, (_, index) => created(server, subject, `u${index}`)));
  const [first = ""] = ids;
  const name = (id: string, value: string) =>
    server.send("PATCH", `/Users/${id}`, patch({ op: "replace", path: "displayName", value }));
  const answers = await Promise.all([
    ...ids.map((id) => name(id, "passed")),
    ...Array.from({ length: 4 }, () => name(first, "vetoed")),
  ]);
  mustBe(
    answers.map(({ status }) => status),
    [200, 200, 200, 200, 409, 409, 409, 409],
    "a veto must refuse its own change, and no other",
  );
  for (const id of ids)
    mustBe((await subject.read("User", id)).displayName, "passed", "a veto must take nothing of another change");
});

add("a change is bound to the state that was decided on [G-1 G-2]", async (subject) => {
  // The count goes up by one with each change, as long as each is decided on the state that it is made from.
  const server = serve(subject, async (change) => {
    if (change.operation !== "patch") return undefined;
    const before = await change.before();
    return { displayName: String(Number(before?.displayName ?? 0) + 1) };
  });
  const id = await created(server, subject, "ada");
  const touch = (title: number) =>
    server.send("PATCH", `/Users/${id}`, patch({ op: "replace", path: "userName", value: `ada${title}` }));
  const answers = await Promise.all(Array.from({ length: 5 }, (_, index) => touch(index)));
  const done = answers.filter(({ status }) => status === 200).length;
  must(done > 0, "of several changes at once that are decided on, one must be done", "none was");
  mustBe(
    (await subject.read("User", id)).displayName,
    String(done),
    "a change must be written over the state that was decided on, and no other",
  );
});

add(
  "what decide reads and counts in a transaction is what the change makes of it",
  async (subject) => {
    const seen: unknown[] = [];
    const server = serve(subject, async (change) => {
      const written = await change.read("User", change.id);
      seen.push([change.isWritten, written?.userName, await change.count("User", 'userName eq "ada"')]);
      return undefined;
    });
    await created(server, subject, "ada");
    mustBe(seen, [[true, "ada", 1]], "decide must see the change in its transaction");
  },
  { features: ["transaction", "filter"] },
);

export { cases as decisions };
