import type { ServerFacts } from "../../facts.ts";
import type { Json } from "../../json.ts";
import { isStatus, told } from "../../judge.ts";
import type { Answer, Workbench } from "../../workbench.ts";

export const PROVIDER = "/ServiceProviderConfig";
export const TYPES = "/ResourceTypes";
export const SCHEMAS = "/Schemas";

/** Discovery documents are large and do not change: what one check has read, the next ones look at. */
const kept = new WeakMap<ServerFacts, Map<string, Answer>>();

/** The answer of a discovery endpoint, whatever it is. */
export async function answerOf(bench: Workbench, path: string): Promise<Answer> {
  const answers = kept.get(bench.facts) ?? new Map<string, Answer>();
  kept.set(bench.facts, answers);
  const answer = answers.get(path) ?? (await bench.get(path));
  answers.set(path, answer);
  return answer;
}

/** The service provider's configuration; ends the check as blocked where there is none. */
export async function providerOf(bench: Workbench): Promise<{ answer: Answer; config: Json }> {
  const answer = await answerOf(bench, PROVIDER);
  if (!isStatus(answer, 200) || !answer.isJson) bench.block(told(answer));
  if (Array.isArray(answer.body.Resources)) bench.block("The configuration is wrapped in a list.");
  return { answer, config: answer.body };
}

/** What a discovery endpoint lists; ends the check as blocked where it lists nothing. A bare array is read as well. */
export async function listedAt(bench: Workbench, path: string): Promise<{ answer: Answer; entries: readonly Json[] }> {
  const answer = await answerOf(bench, path);
  const entries = Array.isArray(answer.body.Resources) ? answer.body.Resources : bare(answer);
  if (!isStatus(answer, 200) || entries.length === 0) bench.block(`${path} lists nothing.`);
  return { answer, entries: entries.filter((entry: Json) => entry !== null && typeof entry === "object") };
}

function bare({ text }: Answer): readonly Json[] {
  try {
    const body = JSON.parse(text);
    return Array.isArray(body) ? body : [];
  } catch {
    return [];
  }
}

/** An attribute of a schema document, and where it stands: `emails.type`. */
export interface Described {
  readonly path: string;
  readonly schema: string;
  readonly depth: number;
  readonly attribute: Json;
}

/** Every attribute and sub-attribute that the documents describe. */
export function described(entries: readonly Json[]): readonly Described[] {
  const walk = (attributes: unknown, schema: string, above: string, depth: number): Described[] =>
    (Array.isArray(attributes) ? attributes : [])
      .filter((one) => one !== null && typeof one === "object")
      .flatMap((attribute) => {
        const path = `${above}${attribute.name}`;
        return [{ path, schema, depth, attribute }, ...walk(attribute.subAttributes, schema, `${path}.`, depth + 1)];
      });
  return entries.flatMap((entry) => walk(entry.attributes, String(entry.id), "", 0));
}

/** Fails where some of them are wrong, and names the first few. */
export function expectNone(
  bench: Workbench,
  answer: Answer,
  wrong: readonly string[],
  { seen, right }: { readonly seen: string; readonly right: string },
): void {
  const more = wrong.length > 5 ? ` and ${wrong.length - 5} more` : "";
  bench.expect(wrong.length === 0, `${seen}: ${wrong.slice(0, 5).join(", ")}${more}.`, right, answer);
}
