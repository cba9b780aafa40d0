import type { Check } from "./check.ts";

/** Checks of which a name fits one of the patterns: `filter/*`, `*conflict*`, `filter`, `RFC 7644 §3.5*`, `P-3.3-05`, `entra`. */
export function selected(checks: readonly Check[], patterns: readonly string[]): readonly Check[] {
  if (patterns.length === 0) return checks;
  const tests = patterns.map((pattern) => new RegExp(`^${expressionOf(pattern)}$`, "i"));
  return checks.filter((check) => namesOf(check).some((name) => tests.some((one) => one.test(name))));
}

function namesOf({ id, section, requirements, clients = [] }: Check): readonly string[] {
  const folder = id.slice(0, id.indexOf("/"));
  const number = section.slice(section.indexOf("§") + 1);
  return [id, folder, section, number, `§${number}`, ...requirements, ...clients];
}

function expressionOf(pattern: string): string {
  return pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
}
