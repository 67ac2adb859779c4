// Prints the benchmarks, native and in the browser, beside each other:
// `node tests/browser/bench.mjs NATIVE.json [--no-browser]`. Both sides report `{"rows": [{name, value, unit}]}`.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { firstLoad, sizes } from "../../xtask/payload.mjs";
import { launch } from "./harness.mjs";
import { Lab } from "./lab.mjs";
import { serve } from "./server.mjs";

const dist = fileURLToPath(new URL("../../dist", import.meta.url));
const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

/** Milliseconds from the navigation, and from the end of the download, to the first prompt; median of five loads. */
async function boots(browser, url) {
  const seen = [];
  for (let turn = 0; turn < 5; turn++) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    await page.addInitScript(() => addEventListener("podium:ready", () => (window.readyAt = performance.now())));
    await page.goto(url);
    await page.waitForFunction(() => window.readyAt);
    seen.push(await page.evaluate(() => {
      const downloads = performance.getEntriesByType("resource").filter((entry) => entry.responseEnd <= window.readyAt);
      const downloaded = Math.max(...downloads.map((entry) => entry.responseEnd));
      const paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0;
      return { total: window.readyAt, after: window.readyAt - downloaded, paint };
    }));
    await context.close();
  }
  const row = (name, key) => ({ name, value: median(seen.map((one) => one[key])), unit: "ms" });
  return [row("first paint", "paint"), row("boot to first prompt", "total"), row("boot after the download", "after")];
}

/** Milliseconds from Enter to the frame in which the output stands; median of twenty. */
async function commandToPaint(lab) {
  const times = [];
  for (let turn = 0; turn < 20; turn++) {
    await lab.input.focus();
    await lab.keyboard.insertText("kubectl get nodes");
    await lab.page.evaluate(() => {
      window.painted = new Promise((done) => {
        const before = document.querySelectorAll(".t-block[data-exit]").length;
        addEventListener("keydown", ({ timeStamp }) => {
          const look = () => {
            if (document.querySelectorAll(".t-block[data-exit]").length > before) requestAnimationFrame(() => done(performance.now() - timeStamp));
            else requestAnimationFrame(look);
          };
          look();
        }, { once: true, capture: true });
      });
    });
    await lab.keyboard.press("Enter");
    times.push(await lab.page.evaluate(() => window.painted));
  }
  return { name: "command to paint", value: median(times), unit: "ms" };
}

async function inBrowser() {
  const site = await serve(dist, "/p/");
  const browser = await launch();
  try {
    const rows = await boots(browser, site.url);
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(site.url);
    const lab = await new Lab(page).ready();
    rows.push(await commandToPaint(lab));
    rows.push({ name: "heap at the first prompt", value: await heap(page), unit: "MB" });
    const bench = await page.evaluate(async () => (await document.querySelector("podium-lab").backend.module()).bench?.() ?? '{"rows":[]}');
    rows.push(...JSON.parse(bench).rows);
    rows.push({ name: "heap after the benchmarks", value: await heap(page), unit: "MB" });
    return rows;
  } finally {
    await browser.close();
    site.close();
  }
}

/** Megabytes of JavaScript's heap and of WebAssembly's memory together. */
async function heap(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize, embedderHeapUsedSize = 0, backingStorageSize = 0 } = await session.send("Runtime.getHeapUsage");
  return (usedSize + embedderHeapUsedSize + backingStorageSize) / 1e6;
}

function payload() {
  const total = [0, 0, 0];
  for (const file of firstLoad(dist)) sizes(join(dist, file)).forEach((size, at) => (total[at] += size));
  return ["raw", "gzip -9", "brotli 11"].map((name, at) => ({ name: `payload, ${name}`, value: total[at] / 1024, unit: "KB" }));
}

function print(native, browser) {
  const names = [...new Set([...native, ...browser].map((row) => row.name))];
  const cell = (rows, name) => {
    const row = rows.find((one) => one.name === name);
    return row ? row.value === null ? "failed" : `${row.value.toFixed(row.value < 10 ? 2 : row.value < 100 ? 1 : 0)} ${row.unit}` : "–";
  };
  const wide = Math.max(...names.map((name) => name.length));
  console.log(`${"".padEnd(wide)}  ${"native".padStart(12)}  ${"browser".padStart(12)}`);
  for (const name of names) console.log(`${name.padEnd(wide)}  ${cell(native, name).padStart(12)}  ${cell(browser, name).padStart(12)}`);
}

const native = JSON.parse(readFileSync(process.argv[2], "utf8")).rows;
print(native, process.argv.includes("--no-browser") ? [] : [...payload(), ...(await inBrowser())]);
