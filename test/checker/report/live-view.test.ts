import { describe, expect, test } from "vitest";
import { liveView } from "../../../src/checker/report/live-view.ts";
import { wantsColor } from "../../../src/checker/report/paint.ts";
import { widthOf } from "../../../src/checker/report/width.ts";
import { result } from "./sample.ts";

/** As much of a terminal as the view may use; anything else it would write throws. */
function terminal(columns: number, env: Record<string, string> = {}, isTTY = true) {
  const lines: string[] = [""];
  let [row, isHidden, widest] = [0, false, 0];
  const written: string[] = [];
  const obey = (command: string): void => {
    const up = /^\[(\d+)A$/.exec(command)?.[1];
    if (up !== undefined) row = Math.max(0, row - Number(up));
    else if (command === "[K") lines[row] = lines[row]?.slice(0, column) ?? "";
    else if (command === "[J") lines.splice(row, lines.length, (lines[row] ?? "").slice(0, column));
    else if (command === "[?25l" || command === "[?25h") isHidden = command.endsWith("l");
    else if (!/^\[(?:\?2026[hl]|\d+m)$/.test(command)) throw new Error(`The terminal does not know ${command}.`);
  };
  let column = 0;
  const out = (text: string): void => {
    written.push(text);
    for (const [, command, letter = ""] of text.matchAll(/\u001b(\[[?\d;]*[A-Za-z])|([^\u001b])/gu)) {
      if (command !== undefined) obey(command);
      else if (letter === "\r") column = 0;
      else if (letter === "\n") {
        row++;
        column = 0;
        lines[row] ??= "";
      } else {
        lines[row] = (lines[row] ?? "").slice(0, column) + letter + (lines[row] ?? "").slice(column + letter.length);
        column += letter.length;
        widest = Math.max(widest, widthOf(lines[row]?.slice(0, column) ?? ""));
      }
    }
  };
  const errors: string[] = [];
  return {
    screen: { out, error: (text: string) => void errors.push(text), isTTY, columns, env },
    shown: () => lines.filter((line) => line !== ""),
    errors,
    written,
    isHidden: () => isHidden,
    widest: () => widest,
  };
}

const check = (id: string, section = "RFC 7644 §3.3") => ({ id, title: `The title of ${id}.`, section });

describe("the live view", () => {
  test("shows the check that runs, the counts and the sections, and redraws them in place", () => {
    const { screen, shown, isHidden } = terminal(80);
    const view = liveView(screen, { total: 4, now: () => 0 });
    view.started(check("a/one"));
    expect(shown().join("\n")).toContain("The title of a/one.");
    expect(isHidden()).toBe(true);
    view.finished(result("a/one", "passed"));
    view.started(check("b/two", "RFC 7644 §3.4.2.2"));
    view.finished(result("b/two", "skipped", { section: "RFC 7644 §3.4.2.2" }));
    view.started(check("c/three"));
    expect(shown()).toEqual([
      expect.stringMatching(/^✓ Filters {2}– 1$/),
      expect.stringMatching(/^✓ Creating {2}✓ 1$/),
      expect.stringMatching(/^━+─+ 2\/4 {2}✓ 1 {2}– 1 {2}0 ms$/),
      "  The title of c/three.",
    ]);
  });

  test("leaves the failures and a cursor behind, and nothing else", () => {
    const { screen, shown, isHidden } = terminal(80);
    const view = liveView(screen, { total: 2 });
    for (const [id, outcome] of [
      ["a/one", "failed"],
      ["b/two", "passed"],
    ] as const) {
      view.started(check(id));
      view.finished(result(id, outcome));
    }
    view.end();
    expect(shown()).toEqual(["✗ a/one MUST: A second user of the same userName was created: 201."]);
    expect(isHidden()).toBe(false);
  });

  test.each([40, 57, 80, 200])("is never wider than %d columns, whatever a server sends", (columns) => {
    const { screen, widest } = terminal(columns);
    const view = liveView(screen, { total: 3 });
    for (const seen of ["x".repeat(500), "漢字".repeat(100), "a\u001b[2J\nb\r\u202ec"]) {
      view.started({ ...check(seen.slice(0, 9)), title: seen });
      const failure = { seen, right: "", suffers: "", exchanges: [] };
      view.finished(result(`${seen.length}`, "failed", { failure, section: `A section ${seen}` }));
    }
    view.end();
    expect(widest()).toBeLessThan(columns);
  });

  test("writes each frame at once and erases nothing before it writes over it, so that it does not flicker", () => {
    const { screen, written } = terminal(80);
    const view = liveView(screen);
    view.started(check("a/one"));
    view.finished(result("a/one", "passed"));
    expect(written).toHaveLength(2);
    for (const frame of written) expect(frame).toMatch(/^\u001b\[\?2026h[\s\S]*\u001b\[J\u001b\[\?2026l$/);
    expect(written.join("")).not.toContain("[2J");
  });

  test.each([
    ["in CI", { CI: "true" }, true],
    ["without a terminal", {}, false],
    ["on a dumb terminal", { TERM: "dumb" }, true],
  ] as const)("is a line for each failure %s, on standard error", (_, env, isTTY) => {
    const { screen, errors, written } = terminal(80, env, isTTY);
    const view = liveView(screen);
    for (const outcome of ["passed", "failed", "blocked"] as const) {
      view.started(check(outcome));
      view.finished(result(outcome, outcome));
    }
    view.end();
    expect(errors).toEqual(["✗ failed MUST: A second user of the same userName was created: 201.\n"]);
    expect(written).toEqual([]);
  });

  test("has colours by what the environment says", () => {
    const colours = (env: Record<string, string>, isTTY: boolean): boolean => wantsColor({ env, isTTY });
    expect([colours({}, true), colours({}, false)]).toEqual([true, false]);
    expect([colours({ NO_COLOR: "1" }, true), colours({ NO_COLOR: "" }, true)]).toEqual([false, true]);
    expect([colours({ FORCE_COLOR: "1" }, false), colours({ FORCE_COLOR: "0" }, true)]).toEqual([true, false]);
    const { screen, written } = terminal(80, { NO_COLOR: "1" });
    liveView(screen, { total: 9 }).started(check("a/one"));
    expect(written.join("")).not.toMatch(/\u001b\[\d+m/);
  });
});
