import { visible } from "../visible.ts";
import { escaped } from "../xml.ts";

/** HTML that is safe as it is: what `html` made. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Markup | string | number | undefined | false | readonly Part[];

/** A template whose values are escaped, in text and in quoted attributes, unless they are markup themselves. */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Markup {
  return new Markup(strings.map((string, at) => (at === 0 ? string : written(values[at - 1]) + string)).join(""));
}

function written(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (part === undefined || part === false) return "";
  if (typeof part === "object") return part.map(written).join("");
  return escaped(visible(String(part)));
}
