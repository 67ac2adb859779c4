// A small test runner: cases register themselves, run one after another in a browser context of their own, and fail when
// they throw or when the browser's console says anything that they did not expect.
import { strict as assert } from "node:assert";
import { chromium } from "playwright-core";
import { Lab } from "./lab.mjs";
import { serve } from "./server.mjs";

const cases = [];

/**
 * Registers a case. `body` gets `{open, page, context, site, other}`: `open(query)` opens Podium's page and returns its
 * `Lab`; `site` and `other` are two origins. `options`: those of a browser context, and `console`: texts that may be said.
 */
export function test(name, options, body) {
  cases.push(body ? { name, options, body } : { name, options: {}, body: options });
}

export { assert };

const ARGS = [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--no-first-run", "--mute-audio",
];

/** Launches the browser named by CHROMIUM. */
export function launch() {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: ARGS, env: { ...process.env, HOME: process.env.HOME ?? "/tmp" } });
}

/** Runs the registered cases whose name contains `filter`; resolves to how many failed. */
export async function run(dist, filter = "") {
  const site = await serve(dist, "/some/sub/path/");
  const other = await serve(dist, "/unused/");
  const browser = await launch();
  const counts = { passed: 0, failed: 0 };
  for (const one of cases.filter(({ name }) => name.includes(filter))) {
    const begun = Date.now();
    const problem = await attempt(browser, one, { site, other });
    counts[problem ? "failed" : "passed"] += 1;
    console.log(`${problem ? "FAILED" : "ok    "} ${one.name} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
    if (problem) console.log(problem.replace(/^/gm, "       "));
  }
  await browser.close();
  site.close();
  other.close();
  console.log(`browser: ${counts.passed} passed, ${counts.failed} failed`);
  return counts.failed + (counts.passed === 0 ? 1 : 0);
}

/** Nothing when the case passed, else what was wrong. */
async function attempt(browser, { name, options, body }, servers) {
  const { console: allowed = [], seconds = 90, ...contextOptions } = options;
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-US", ...contextOptions });
  context.setDefaultTimeout(15_000);
  const said = [];
  context.on("console", (message) => said.push(`${message.type()}: ${message.text()} (${message.location().url})`));
  context.on("weberror", (error) => said.push(`uncaught: ${error.error()?.stack ?? error.error()}`));
  context.on("requestfailed", (request) => {
    if (request.failure()?.errorText !== "net::ERR_ABORTED") said.push(`request failed: ${request.url()}`);
  });
  const page = await context.newPage();
  const open = async (query = "") => {
    await page.goto(servers.site.url + query);
    return new Lab(page);
  };
  let timer;
  try {
    const limit = new Promise((_, fail) => (timer = setTimeout(() => fail(new Error(`no end after ${seconds} s`)), seconds * 1000)));
    await Promise.race([body({ ...servers, browser, context, page, open }), limit]);
    const unexpected = said.filter((line) => !allowed.some((text) => line.includes(text)));
    assert.deepEqual(unexpected, [], "the console stays empty");
    return null;
  } catch (error) {
    const shot = `target/browser-${name.replace(/[^a-z0-9]+/gi, "-")}.png`;
    await page.screenshot({ path: shot }).catch(() => {});
    return `${error.stack ?? error}\n${said.join("\n")}\nscreen: ${shot}`;
  } finally {
    clearTimeout(timer);
    await context.close();
  }
}
