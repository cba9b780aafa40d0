import { profiles } from "../index.ts";

/** The names of profiles for a help page, in lines that fit, each behind so many blanks. */
export function profileNames(indent: number): string {
  const lines = [""];
  for (const name of Object.keys(profiles)) {
    const last = lines.at(-1) ?? "";
    if (last.length + name.length > 70) lines.push(name);
    else lines[lines.length - 1] = last === "" ? name : `${last}, ${name}`;
  }
  return lines.join(`,\n${" ".repeat(indent)}`);
}
