import { readExpectedFailures } from "../../checker/report/expected.ts";
import { readReport } from "../../checker/report/json.ts";
import type { ExpectedFailure, Report } from "../../checker/report.ts";
import { isObject } from "../../schema/value.ts";
import { readObject, readText } from "./files.ts";
import type { CheckOptions } from "./options.ts";

/** What a run is told by files. */
export interface Inputs {
  readonly template: Record<string, unknown> | undefined;
  readonly groupTemplate: Record<string, unknown> | undefined;
  readonly expected: readonly ExpectedFailure[] | undefined;
  readonly previous: Report | undefined;
  readonly signingKey: string | undefined;
}

/** Reads them before the server is asked, so that a wrong one costs nothing. */
export async function readInputs({ values }: CheckOptions): Promise<Inputs> {
  const { template, "group-template": groupTemplate, "expected-failures": expected, compare, sign } = values;
  return {
    template: template === undefined ? undefined : await readObject("template", template),
    groupTemplate: groupTemplate === undefined ? undefined : await readObject("group-template", groupTemplate),
    expected: expected === undefined ? undefined : readExpectedFailures(await readText("expected-failures", expected)),
    previous: compare === undefined ? undefined : readReport(plain(await readText("compare", compare))),
    signingKey: sign === undefined ? undefined : await readText("sign", sign),
  };
}

/** A signed report has the report in it. Who only compares need not know whose key it was. */
function plain(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && typeof value.payload === "string"
      ? Buffer.from(value.payload, "base64url").toString()
      : text;
  } catch {
    return text;
  }
}
