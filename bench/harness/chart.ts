// Bar charts, as SVG that is readable on light and dark pages.

/** One contender of a group. */
export interface Bar {
  readonly name: string;
  /** Undefined where there is nothing to draw. */
  readonly value: number | undefined;
  /** What stands behind the bar. */
  readonly label: string;
  /** The same kind has the same colour in all groups: 0 is the limit, 1 scimkit, 2 scimkit before, from 3 on others. */
  readonly colour: number;
}

/** What stands together under a title. */
export interface BarGroup {
  readonly title: string;
  readonly bars: readonly Bar[];
}

const WIDTH = 860;
const LEFT = 210;
const RIGHT = 150;
const BAR = 16;
const GROUP_TITLE = 24;
/** Fill on light and on dark pages. */
const COLOURS = [
  ["#8c959f", "#848d97"],
  ["#0969da", "#4493f8"],
  ["#54aeff", "#1f4f8f"],
  ["#bf8700", "#d29922"],
  ["#8250df", "#ab7df8"],
  ["#1a7f37", "#3fb950"],
  ["#bc4c00", "#db6d28"],
] as const;

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** What the chart shows, in words: its description, and the text alternative of the page that holds it. */
export const inWords = (groups: readonly BarGroup[]): string =>
  groups
    .map(({ title, bars }) => `${title}: ${bars.map(({ name, label }) => `${name} ${label}`).join(", ")}`)
    .join("; ");

/** Horizontal bars by groups. On the logarithmic scale a bar begins at the smallest power of ten that is below all values. */
export function barChart(title: string, scale: "linear" | "logarithmic", groups: readonly BarGroup[]): string {
  const values = groups.flatMap(({ bars }) => bars.flatMap(({ value }) => (value === undefined ? [] : [value])));
  const most = Math.max(...values, 1);
  const least = Math.min(...values.filter((value) => value > 0), 1);
  const from = 10 ** Math.floor(Math.log10(least) - 0.001);
  const part = (value: number): number =>
    scale === "linear" ? value / most : Math.max(0, Math.log(value / from) / Math.log(most / from));
  let y = 34;
  const lines: string[] = [];
  for (const group of groups) {
    lines.push(`<text class="group" x="12" y="${y + 14}">${escaped(group.title)}</text>`);
    y += GROUP_TITLE;
    for (const { name, value, label, colour } of group.bars) {
      const width = value === undefined ? 0 : Math.max(1, Math.round(part(value) * (WIDTH - LEFT - RIGHT)));
      lines.push(
        `<text class="name" x="${LEFT - 8}" y="${y + 12}">${escaped(name)}</text>`,
        `<rect class="c${Math.min(colour, COLOURS.length - 1)}" x="${LEFT}" y="${y + 2}" width="${width}" height="${BAR - 4}"/>`,
        `<text x="${LEFT + width + 6}" y="${y + 12}">${escaped(label)}</text>`,
      );
      y += BAR;
    }
    y += 8;
  }
  const fills = (mode: 0 | 1): string =>
    COLOURS.map((colours, index) => `.c${index} { fill: ${colours[mode]} }`).join(" ");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img" aria-labelledby="title description">
<title id="title">${escaped(title)}</title>
<desc id="description">${escaped(inWords(groups))}</desc>
<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328 } .name { text-anchor: end } .group, .title { font-weight: 600 } .title { font-size: 14px }
${fills(0)}
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } ${fills(1)} }
</style>
<text class="title" x="12" y="20">${escaped(title)}</text>
${lines.join("\n")}
</svg>
`;
}
