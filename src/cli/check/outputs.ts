import { toBadge } from "../../checker/report/badge.ts";
import { type CheckExchange, toHar } from "../../checker/report/har.ts";
import { toHtml } from "../../checker/report/html/page.ts";
import { toJson } from "../../checker/report/json.ts";
import { toJUnit } from "../../checker/report/junit.ts";
import { toSarif } from "../../checker/report/sarif.ts";
import { signReport } from "../../checker/report/signature.ts";
import type { Report } from "../../checker/report.ts";
import type { Terminal } from "../command.ts";
import { checkWritable, writeText } from "./files.ts";
import type { CheckOptions } from "./options.ts";

/** What the formats are made of. */
export interface Written {
  readonly report: Report;
  readonly exchanges: readonly CheckExchange[];
  readonly previous: Report | undefined;
  /** In PEM. */
  readonly signingKey: string | undefined;
}

const FORMATS: readonly (readonly [
  option: "json" | "html" | "junit" | "sarif" | "har" | "badge",
  to: (written: Written) => string,
])[] = [
  [
    "json",
    ({ report, signingKey }) => (signingKey === undefined ? toJson(report) : signReport(toJson(report), signingKey)),
  ],
  ["html", ({ report, previous }) => toHtml(report, { previous })],
  ["junit", ({ report }) => toJUnit(report)],
  ["sarif", ({ report }) => toSarif(report)],
  ["har", ({ report, exchanges }) => toHar(report, exchanges)],
  ["badge", ({ report }) => toBadge(report)],
];

/** The file that means standard output. */
export const STANDARD_OUTPUT = "-";

export async function checkOutputs({ values }: CheckOptions): Promise<void> {
  for (const [option] of FORMATS) {
    const file = values[option];
    if (file !== undefined && file !== STANDARD_OUTPUT) await checkWritable(option, file);
  }
}

export async function writeOutputs({ values }: CheckOptions, written: Written, terminal: Terminal): Promise<void> {
  for (const [option, to] of FORMATS) {
    const file = values[option];
    if (file === STANDARD_OUTPUT) terminal.out(to(written));
    else if (file !== undefined) await writeText(option, file, to(written));
  }
}
