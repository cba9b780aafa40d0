import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { programsFolder } from "../../../bench/storage/cluster.ts";

/** The short form of `npm run bench:faults`. */
function play(...options: string[]): Promise<{ readonly status: unknown; readonly output: string }> {
  const path = fileURLToPath(new URL("../../../bench/storage/faults.ts", import.meta.url));
  const given = [path, "--rounds=1", "--seconds=1", "--writes=20", "--margin=20", ...options];
  return new Promise((resolve) =>
    execFile(process.execPath, given, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : error.code, output: stdout + stderr }),
    ),
  );
}

/** What a run says of each scenario, where it lost nothing and left nothing behind. */
async function playedWell(scenarios: string): Promise<string> {
  const { status, output } = await play(`--only=${scenarios}`);
  expect(output).not.toContain("BROKEN");
  expect(output).toContain("Nothing that was acknowledged was lost, and all of it serves again.");
  expect(status).toBe(0);
  return output;
}

if (programsFolder() === undefined)
  test("a machine without PostgreSQL's own programs is told that no fault of a database was tried on it", async () => {
    const { status, output } = await play();
    expect(output).toContain("not on this machine: nothing was tried");
    expect(status).toBe(0);
  });
else
  describe.concurrent("under the load of clients that write, what was acknowledged is kept, all else is 503 with Retry-After, and the same process serves again", () => {
    test("after the server was killed and its synchronous standby promoted, which only read until then [G-18 G-19]", async ({
      expect,
    }) => {
      const output = await playedWell("failover");
      expect(output).toMatch(/Failover 1, SIGKILL: [1-9]\d* writes acknowledged, [1-9]\d* refused/);
      expect(output).toMatch(/causes: .*25006 × [1-9]/);
    });

    test("after the server stood still, and after the wire swallowed what was sent, with `timeout` as what ends a request [T-J6]", async ({
      expect,
    }) => {
      const output = await playedWell("pause,swallow");
      for (const what of ["Paused for 4 s", "Packets swallowed for 4 s"])
        expect(output).toMatch(new RegExp(`${what}: [1-9]\\d* writes acknowledged, [1-9]\\d* refused`));
      expect(output.match(/causes: .*\btimeout × [1-9]/g)).toHaveLength(2);
    });
  });
