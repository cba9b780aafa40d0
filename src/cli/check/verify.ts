import { wantsColor } from "../../checker/report/paint.ts";
import { verifyReport } from "../../checker/report/signature.ts";
import { toSummary } from "../../checker/report/summary.ts";
import { CommandError, type Terminal } from "../command.ts";
import { readText } from "./files.ts";

/** Shows a signed report, if it is whole and by the holder of the key. */
export async function verify(file: string, key: string | undefined, terminal: Terminal): Promise<number> {
  if (key === undefined) throw new CommandError("--verify needs --key public.pem, the public key of whom you trust.");
  const report = verifyReport(await readText("verify", file), await readText("key", key));
  terminal.out(`The report of ${report.target} of ${report.startedAt} is whole, and signed by this key.\n`);
  terminal.out(toSummary(report, { color: wantsColor(terminal), columns: terminal.columns }));
  return report.isGood ? 0 : 1;
}
