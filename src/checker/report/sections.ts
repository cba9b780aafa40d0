import { clientName } from "../clients/names.ts";
import type { CheckResult } from "../report.ts";

/** Results of one part of a standard, or of one other source. */
export interface SectionGroup {
  /** For anchors and class names: letters, digits and hyphens. */
  readonly key: string;
  /** Where it is said, e.g. `RFC 7644 §3.4.2.2`. */
  readonly section: string;
  /** What it is about, in a word or two. */
  readonly name: string;
  readonly results: readonly CheckResult[];
}

/** Parts that get a line of their own; what is deeper belongs to the longest that it begins with. */
const NAMES: Readonly<Record<string, string>> = {
  "RFC 7644 §1": "Conventions",
  "RFC 7644 §2": "Authentication",
  "RFC 7644 §3": "Protocol",
  "RFC 7644 §3.1": "Background",
  "RFC 7644 §3.2": "Endpoints and methods",
  "RFC 7644 §3.3": "Creating",
  "RFC 7644 §3.4": "Retrieving",
  "RFC 7644 §3.4.1": "Reading one resource",
  "RFC 7644 §3.4.2": "Lists",
  "RFC 7644 §3.4.2.2": "Filters",
  "RFC 7644 §3.4.2.3": "Sorting",
  "RFC 7644 §3.4.2.4": "Paging",
  "RFC 7644 §3.4.3": "Search by POST",
  "RFC 7644 §3.5": "Changing",
  "RFC 7644 §3.5.1": "Replacing (PUT)",
  "RFC 7644 §3.5.2": "Changing a part (PATCH)",
  "RFC 7644 §3.6": "Deleting",
  "RFC 7644 §3.7": "Bulk requests",
  "RFC 7644 §3.8": "Data formats",
  "RFC 7644 §3.9": "Chosen attributes",
  "RFC 7644 §3.10": "Attribute names",
  "RFC 7644 §3.11": "The signed-in user (/Me)",
  "RFC 7644 §3.12": "Errors",
  "RFC 7644 §3.13": "Protocol version",
  "RFC 7644 §3.14": "Versions of resources (ETag)",
  "RFC 7644 §4": "Discovery",
  "RFC 7644 §5": "Comparing text",
  "RFC 7644 §6": "Tenants",
  "RFC 7644 §7": "Security",
  "RFC 7643 §1": "Definitions",
  "RFC 7643 §2": "Attributes",
  "RFC 7643 §3": "Resources",
  "RFC 7643 §3.1": "Common attributes",
  "RFC 7643 §4": "Core schemas",
  "RFC 7643 §4.1": "Users",
  "RFC 7643 §4.2": "Groups",
  "RFC 7643 §4.3": "Enterprise users",
  "RFC 7643 §5": "What the server announces",
  "RFC 7643 §6": "Resource types",
  "RFC 7643 §7": "Schemas",
  "RFC 7643 §8": "Representations",
  "RFC 7643 §9": "Sensitive attributes",
  "RFC 9865": "Cursors",
  "RFC 3986": "URLs",
  "RFC 8259": "JSON",
  "RFC 9110": "HTTP",
  "RFC 9112": "HTTP/1.1",
};

const IN_RFC = /\bRFC (\d+)(?: ?§ ?(\d+(?:\.\d+)*))?/;

/** The results by section, in the order of the standards and behind them what else there is, in the order in which it came. */
export function bySection(results: readonly CheckResult[]): readonly SectionGroup[] {
  const groups = new Map<string, CheckResult[]>();
  for (const result of results) {
    const name = partOf(result);
    groups.set(name, [...(groups.get(name) ?? []), result]);
  }
  return [...groups]
    .map(([section, members]) => ({ key: keyOf(section), section, name: NAMES[section] ?? "", results: members }))
    .sort((left, right) => compareSections(left.section, right.section));
}

/** A group in words: `Filters`, or where it is said if it has no name. */
export function groupName({ name, section }: Pick<SectionGroup, "name" | "section">): string {
  return name === "" ? section : name;
}

/** Where a section can be read, if it is one of an RFC. */
export function linkOf(section: string): string | undefined {
  const [, rfc, number] = IN_RFC.exec(section) ?? [];
  if (rfc === undefined) return undefined;
  return `https://www.rfc-editor.org/rfc/rfc${rfc}${number === undefined ? "" : `#section-${number}`}`;
}

/** The part with a name that a section belongs to; what no standard says belongs to the client that needs it. */
function partOf({ section, clients }: CheckResult): string {
  const [, rfc, number] = IN_RFC.exec(section) ?? [];
  if (rfc === undefined) return clients.length === 1 ? clientName(clients[0] ?? "") : section;
  const numbers = number?.split(".") ?? [];
  for (let length = numbers.length; length > 0; length--) {
    const name = `RFC ${rfc} §${numbers.slice(0, length).join(".")}`;
    if (name in NAMES) return name;
  }
  const whole = `RFC ${rfc}`;
  return number === undefined || whole in NAMES ? whole : `${whole} §${numbers[0]}`;
}

function keyOf(section: string): string {
  return section.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
}

function compareSections(left: string, right: string): number {
  const [one, other] = [ranks(left), ranks(right)];
  for (let at = 0; at < Math.max(one.length, other.length); at++) {
    const difference = (one[at] ?? -1) - (other[at] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The protocol first, which is what most checks are about, then the schema, then later RFCs, then all else. */
function ranks(section: string): readonly number[] {
  const [, rfc, number = ""] = IN_RFC.exec(section) ?? [];
  if (rfc === undefined) return [Number.MAX_SAFE_INTEGER];
  const place = ["7644", "7643"].indexOf(rfc);
  return [place === -1 ? Number(rfc) : place, ...number.split(".").filter(Boolean).map(Number)];
}
