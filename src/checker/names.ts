/** Names that nobody has used. Each has the digits of the run in it: digits, so that letter case does not matter. */
export interface Names {
  readonly run: string;
  unique(label: string): string;
  address(label: string): string;
  /** A new number, for all of one body. */
  tag(): Tag;
}

export interface Tag {
  readonly run: string;
  readonly number: number;
}

export function createNames(run: string, domain: string): Names {
  let last = 0;
  return {
    run,
    unique: (label) => `${label}.${run}.${++last}`,
    address: (label) => `${label}.${run}.${++last}@${domain}`,
    tag: () => ({ run, number: ++last }),
  };
}

/** Ten digits of chance: nothing else on a server has them. */
export function newRun(): string {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return `${10_000 + (high % 90_000)}${10_000 + (low % 90_000)}`;
}

/** `{run}` and `{number}` in every text of a value. */
export function withPlaceholders(value: unknown, tag: Tag): unknown {
  const { run, number } = tag;
  if (typeof value === "string") return value.replaceAll("{run}", run).replaceAll("{number}", String(number));
  if (Array.isArray(value)) return value.map((one) => withPlaceholders(one, tag));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withPlaceholders(member, tag)]));
}

/** Makes a text of a template unique: before the @ of an address, else at its end; a list of addresses in each `value`. */
export function withTag(value: unknown, tag: Tag): unknown {
  if (Array.isArray(value)) return value.map((one) => withTag(one, tag));
  if (typeof value === "object" && value !== null && "value" in value)
    return { ...value, value: withTag(value.value, tag) };
  if (typeof value !== "string") return value;
  const at = value.includes("@") ? value.lastIndexOf("@") : value.length;
  return `${value.slice(0, at)}.${tag.run}.${tag.number}${value.slice(at)}`;
}

/** Of the first address of a template. */
export function domainOf(template: unknown): string | undefined {
  return /@([\w-]+(?:\.[\w-]+)+)/.exec(JSON.stringify(template) ?? "")?.[1];
}
