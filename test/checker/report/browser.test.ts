import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toBadge } from "../../../src/checker/report/badge.ts";
import { toHtml } from "../../../src/checker/report/html/page.ts";
import { toJUnit } from "../../../src/checker/report/junit.ts";
import { everything, HOSTILE, reportOf, result } from "./sample.ts";

const executablePath = chromiumPath();

test("a browser is there where it has to be", () => {
  if (process.env.CI)
    expect(executablePath, "no Chromium in PATH: install it, or say in CHROMIUM where it is").toBeDefined();
});

if (executablePath !== undefined)
  describe("the HTML report in a browser", () => {
    const folder = mkdtempSync(join(tmpdir(), "scimkit-report-"));
    const url = pathToFileURL(join(folder, "report.html")).href;
    let browser: Browser;

    beforeAll(async () => {
      writeFileSync(join(folder, "report.html"), toHtml(everything()));
      // A container has no namespaces to make a sandbox of, and what is opened here is our own page.
      browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    });
    afterAll(async () => {
      await browser.close();
      rmSync(folder, { recursive: true });
    });

    /** Opens the page, and fails on what it wants from outside or says on its console. */
    async function withPage(
      options: BrowserContextOptions,
      look: (page: Page) => Promise<void>,
      at = url,
    ): Promise<void> {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      const said: string[] = [];
      page.on("console", (message) => said.push(message.text()));
      page.on("pageerror", (error) => said.push(error.message));
      page.on("request", (request) => {
        if (request.url() !== at.replace(/#.*/, "")) said.push(`asked for ${request.url()}`);
      });
      await page.goto(at);
      await look(page);
      expect(said).toEqual([]);
      await context.close();
    }

    const unfolded = (page: Page): Promise<readonly boolean[]> =>
      page
        .locator(".body")
        .evaluateAll((bodies) => bodies.map((body) => body.checkVisibility({ contentVisibilityAuto: true })));
    const shown = (page: Page): Promise<readonly string[]> =>
      page.locator("details.check:not([hidden]) > summary .id").allTextContents();

    test.each([
      "light",
      "dark",
    ] as const)("is accessible when it is %s, unfolded and on a phone too", async (colorScheme) => {
      for (const width of [1200, 360])
        await withPage({ colorScheme, viewport: { width, height: 800 }, bypassCSP: true }, async (page) => {
          await page.locator("#unfold").click();
          await page.addScriptTag({ path: createRequire(import.meta.url).resolve("axe-core/axe.min.js") });
          const violations = await page.evaluate(async () => {
            const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
            const found = (await axe.run()).violations;
            return found.map(({ id, impact, nodes }) => [impact, id, ...nodes.map(({ html }) => html.slice(0, 200))]);
          });
          expect(violations).toEqual([]);
        });
    });

    test("shows what the filters choose, and everything again", async () => {
      await withPage({}, async (page) => {
        const all = await shown(page);
        expect(all.length).toBe(everything().results.length);
        await page.locator("label", { hasText: "failed" }).click();
        expect([...(await shown(page))].sort()).toEqual([
          "create/conflict",
          "filter/case",
          "patch/value-list",
          "sort/order",
        ]);
        await page.locator("#filters label", { hasText: "MUST" }).click();
        expect(await shown(page)).toEqual(["create/conflict", "sort/order"]);
        await page.locator("select[name=section]").selectOption({ label: "Sorting" });
        expect(await shown(page)).toEqual(["sort/order"]);
        expect(await page.locator(".group:not([hidden])").count()).toBe(1);
        expect(await page.locator("#shown").textContent()).toBe("1 of 9 checks");
        await page.getByRole("button", { name: "Show all" }).click();
        await page.waitForFunction(() => document.querySelectorAll("details.check[hidden]").length === 0);
        await page.getByRole("searchbox").fill("econnreset");
        expect(await shown(page)).toEqual(["patch/value-list"]);
      });
    });

    test("unfolds a failure to its exchange, by a click and by a link", async () => {
      await withPage({}, async (page) => {
        const check = page.locator("details.check", { has: page.getByText("create/conflict", { exact: true }) });
        const curl = check.locator("pre.curl").last();
        expect(await curl.isVisible()).toBe(false);
        await check.locator("summary").first().click();
        expect(await curl.isVisible()).toBe(true);
        expect(await curl.textContent()).toContain('"authorization: Bearer $SCIM_TOKEN"');
        await check.locator("summary").first().click();
        expect(await curl.isVisible()).toBe(false);
        await page.locator(".failures a").first().click();
        await curl.waitFor({ state: "visible" });
      });
    });

    test("unfolds by a link without the script, and shows no filter that would do nothing", async () => {
      const at = `${url}#check/create/conflict`;
      await withPage(
        { javaScriptEnabled: false },
        async (page) => {
          expect(await page.locator("#filters").isVisible()).toBe(false);
          expect(await page.locator("details.check > summary").count()).toBe(everything().results.length);
          await page.locator('[id="check/create/conflict"] pre.curl').last().waitFor({ state: "visible" });
        },
        at,
      );
    });

    test("copies a request as curl", async () => {
      await withPage({ permissions: ["clipboard-read", "clipboard-write"] }, async (page) => {
        await page.locator(".failures a").first().click();
        const part = page.locator('[id="check/create/conflict"] .part').nth(2);
        await part.getByRole("button", { name: "Copy" }).click();
        await part.getByRole("button", { name: "Copied" }).waitFor();
        expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await part.locator("pre").textContent());
      });
    });

    test("is no wider than a phone, folded and unfolded", async () => {
      await withPage({ viewport: { width: 360, height: 740 }, isMobile: true, deviceScaleFactor: 2 }, async (page) => {
        const width = (): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth);
        expect(await width()).toBe(360);
        await page.locator("#unfold").click();
        expect((await unfolded(page)).every(Boolean)).toBe(true);
        // What is cut off makes no page wider.
        const cutOff = page
          .locator("main *:not(.hidden, svg *)")
          .evaluateAll((all) =>
            all
              .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== "inline")
              .map((one) => one.outerHTML.slice(0, 200)),
          );
        expect(await cutOff).toEqual([]);
        expect(await width()).toBe(360);
      });
    });

    test("is printed unfolded, whole and without what can be clicked", async () => {
      await withPage({}, async (page) => {
        await page.locator("label", { hasText: "passed" }).click();
        expect((await unfolded(page)).some(Boolean)).toBe(false);
        await page.emulateMedia({ media: "print" });
        expect((await unfolded(page)).every(Boolean)).toBe(true);
        expect(
          await page
            .locator("details.check")
            .evaluateAll((checks) => checks.filter((one) => !one.checkVisibility()).length),
        ).toBe(0);
        expect(
          await page
            .locator("#filters, button")
            .evaluateAll((all) => all.filter((one) => one.checkVisibility()).length),
        ).toBe(0);
      });
    });

    test("shows what a hostile server sent as text, and runs nothing of it", async () => {
      await withPage({}, async (page) => {
        await page.locator("#unfold").click();
        const body = page.locator('[id="check/filter/case"] pre').last();
        expect(await body.textContent()).toContain(HOSTILE.slice(0, HOSTILE.indexOf("\u001b")));
        expect(await page.locator("img").count()).toBe(0);
        expect(await page.locator("script").count()).toBe(1);
        expect(await page.evaluate(() => "hurt" in globalThis)).toBe(false);
      });
    });

    test("reads JUnit and the badge as XML, whatever is in them", async () => {
      const { seen } = everything().results.find(({ id }) => id === "filter/case")?.failure ?? {};
      const wild = reportOf([
        ...everything().results,
        result("a/b", "skipped", { reason: "\ud800 \ufffe ]]> \u0007" }),
      ]);
      await withPage({ bypassCSP: true }, async (page) => {
        const read = (xml: string): Promise<readonly [string | undefined, number]> =>
          page.evaluate((text) => {
            const root = new DOMParser().parseFromString(text, "text/xml");
            return [
              root.querySelector("parsererror")?.textContent,
              root.querySelectorAll("testcase, title").length,
            ] as const;
          }, xml);
        expect(seen).toContain("<script>");
        expect(await read(toJUnit(wild))).toEqual([undefined, wild.results.length]);
        expect(await read(toBadge(wild))).toEqual([undefined, 1]);
        expect((await read("<a>&</a>"))[0]).toBeDefined();
      });
    });

    test("would not run a script that came in all the same, nor load a picture", async () => {
      const context = await browser.newContext();
      const page = await context.newPage();
      const file = join(folder, "hurt.html");
      const hurt = `<script>globalThis.hurt=1</script><img src="https://scim.example.com/x" onerror="globalThis.hurt=2">`;
      writeFileSync(file, readFileSync(join(folder, "report.html"), "utf8").replace("</h1>", `</h1>${hurt}`));
      const blocked: string[] = [];
      page.on("console", (message) => blocked.push(message.text()));
      await page.goto(pathToFileURL(file).href);
      expect(await page.evaluate(() => "hurt" in globalThis)).toBe(false);
      expect(blocked.filter((text) => text.includes("Content Security Policy")).length).toBeGreaterThanOrEqual(2);
      await context.close();
    });
  });

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

function chromiumPath(): string | undefined {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const name of ["chromium", "chromium-browser", "google-chrome"])
    try {
      return execFileSync("which", [name], { encoding: "utf8" }).trim();
    } catch {
      // Not under this name.
    }
  return undefined;
}
