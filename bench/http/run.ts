// npm run bench:http [-- --only=PATCH --before=<folder of another built scimkit> --no-peers --short --json=<file>]
// What a server with scimkit answers over HTTP, next to one written by hand and to scimmy's. Needs wrk.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeFigures } from "../harness/figures.ts";
import { peersMissing } from "../peers/load.ts";
import { hasWrk, measureHttp, WITHOUT_WRK } from "./measure.ts";

const { values } = parseArgs({
  allowNegative: true,
  options: {
    only: { type: "string", default: "" },
    before: { type: "string" },
    peers: { type: "boolean", default: true },
    short: { type: "boolean", default: false },
    json: { type: "string" },
  },
});

if (!hasWrk()) console.log(WITHOUT_WRK);
else {
  const missing = values.peers ? await peersMissing() : undefined;
  if (missing !== undefined) console.log(missing);
  const figures = await measureHttp({
    folder: fileURLToPath(new URL("../..", import.meta.url)),
    before: values.before,
    withPeers: values.peers && missing === undefined,
    rounds: values.short ? 3 : 7,
    seconds: values.short ? 1 : 2,
    only: values.only,
    report: console.log,
  });
  if (values.json !== undefined) writeFigures(values.json, figures);
}
