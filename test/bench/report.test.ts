import { expect, test } from "vitest";
import { bestPeerOf, type Results, reportOf } from "../../bench/harness/report.ts";

const one = (name: string, median: number) => ({ name, median, quartiles: [median * 0.9, median * 1.1] as const });

const results: Results = {
  machine: "A machine, 2 cores",
  node: "v24.0.0",
  date: "2026-01-01",
  commit: "abc1234",
  versions: { scimmy: "1.3.5" },
  options: { rounds: 15, round: 10, warmUp: 100, clock: "cpu" },
  rows: [
    {
      name: "filter parse",
      about: "Reads filters.",
      target: 1.5,
      contenders: [
        one("by hand", 2),
        one("scimkit", 2.5),
        one("before", 20),
        one("slow", 12),
        one("quick", 8),
        { name: "quickest", wrong: "of <a> | b" },
      ],
    },
    {
      name: "filter predicate",
      about: "Tests users.",
      target: 1.5,
      contenders: [one("by hand", 1000), one("scimkit", 4000)],
    },
    {
      name: "PATCH active",
      about: "Sets active.",
      target: 15,
      contenders: [one("by hand", 0.05), one("scimkit", 0.5)],
    },
  ],
  figures: [
    {
      title: "HTTP",
      about: "Requests a second.",
      rows: [
        { name: "GET one: by hand", values: { "requests/s": 15_000 } },
        {
          name: "GET one: scimkit",
          values: { "requests/s": 6000, "÷ by hand": 0.4 },
          target: "at least 0.5",
          isMet: false,
        },
      ],
    },
  ],
  leftOut: ["Something was left out."],
};
const report = reportOf(results);
const page = report["performance.md"] ?? "";

test("a row has its ratio to the limit, its target, and whether it is met", () => {
  expect(page).toContain("| filter parse | 1.25 | 10 | quick 4 | ≤ 1.5 | met |");
  expect(page).toContain("| filter predicate | 4 |  |  | ≤ 1.5 | missed |");
  expect(page).toContain("| scimkit | 2.5 µs | 2.25 µs – 2.75 µs | 1.25 | ≤ 1.5: met |");
});

test("targets are counted, those of other figures as well", () => {
  expect(page).toContain("Of 4 targets, 2 are met.");
});

test("who answers wrongly is marked, and never the fastest", () => {
  expect(bestPeerOf(results.rows[0] as Results["rows"][number])).toBe("quick 4");
  expect(page).toContain("| quickest | wrong: of <a> \\| b |  |  |  |");
  expect(report["performance-filter.svg"]).toContain("quickest wrong answer");
});

test("figures that are no rows have a section with the columns of all their rows", () => {
  expect(page).toContain("|  | requests/s | ÷ by hand | target |");
  expect(page).toContain("| GET one: scimkit | 6,000 | 0.4 | at least 0.5: missed |");
});

test("what was left out is said", () => {
  expect(page).toContain("- Something was left out.");
});

test("each chart is on the page with what it shows in words, and is an image with the same words", () => {
  const charts = Object.keys(report).filter((name) => name.endsWith(".svg"));
  expect(charts).toEqual(["performance-filter.svg", "performance-patch.svg", "performance-http.svg"]);
  for (const chart of charts) {
    const words = /!\[(.+)\]\((.+)\)/g;
    const [, alternative] = [...page.matchAll(words)].find(([, , file]) => file === chart) ?? [];
    expect(alternative).toBeTruthy();
    expect(report[chart]).toContain("prefers-color-scheme: dark");
    expect(report[chart]).toContain('role="img"');
    expect(report[chart]?.replaceAll("&lt;", "<")).toContain(`<desc id="description">${alternative}</desc>`);
  }
});

test("bars of a chart are longer for more, and never wider than its frame", () => {
  const widths = [...(report["performance-filter.svg"] ?? "").matchAll(/<rect class="c(\d)"[^>]* width="(\d+)"/g)].map(
    ([, colour, width]) => [Number(colour), Number(width)] as const,
  );
  const [byHand, scimkit, before] = widths.map(([, width]) => width);
  expect(byHand).toBeLessThan(scimkit as number);
  expect(scimkit).toBeLessThan(before as number);
  for (const [, width] of widths) expect(width).toBeLessThanOrEqual(500);
});
