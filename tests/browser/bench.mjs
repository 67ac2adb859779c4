// Prints the benchmarks, native and in the browser, beside each other:
// `node tests/browser/bench.mjs NATIVE.json [--no-browser]`. Both sides report `{"rows": [{name, value, unit}]}`.
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { firstLoad, sizes } from "../../xtask/payload.mjs";
import { launch } from "./harness.mjs";
import { Lab } from "./lab.mjs";
import { serve } from "./server.mjs";

const dist = fileURLToPath(new URL("../../dist", import.meta.url));
const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

/** A middling connection, on which the download is what takes time, as for most readers. */
const CONNECTION = { offline: false, latency: 20, downloadThroughput: 10e6 / 8, uploadThroughput: 10e6 / 8 };

/** Opens the page; what is looked at later is collected from the beginning. */
async function visit(context, url) {
  const page = await context.newPage();
  await page.addInitScript(() => {
    addEventListener("podium:ready", () => (window.readyAt = performance.now()));
    const instantiate = WebAssembly.instantiateStreaming;
    WebAssembly.instantiateStreaming = async (...all) => {
      const done = await instantiate.apply(WebAssembly, all);
      window.memory = done.instance.exports.memory;
      return done;
    };
  });
  if (context.connection) await (await context.newCDPSession(page)).send("Network.emulateNetworkConditions", context.connection);
  await page.goto(url);
  await page.waitForFunction(() => window.readyAt);
  return page;
}

/** Milliseconds from the navigation, and from the end of the download, to the first prompt; median of nine loads. */
async function boots(browser, url, connection) {
  const seen = [];
  for (let turn = 0; turn < 9; turn++) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await visit(Object.assign(context, { connection }), url);
    seen.push(await page.evaluate(() => {
      // The list of lessons is asked for by what has booted already.
      const downloads = performance.getEntriesByType("resource").filter(({ name, responseEnd }) => /\.(css|js|wasm)$/.test(name) && responseEnd <= window.readyAt);
      const downloaded = Math.max(...downloads.map((entry) => entry.responseEnd));
      const paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0;
      return { total: window.readyAt, after: window.readyAt - downloaded, paint };
    }));
    await context.close();
  }
  return (name, key) => ({ name, value: median(seen.map((one) => one[key])), unit: "ms" });
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
  const site = await serve(dist, "/p/", new Map(), { gzip: true });
  const browser = await launch();
  try {
    const near = await boots(browser, site.url);
    const far = await boots(browser, site.url, CONNECTION);
    const rows = [
      near("first paint, no network between", "paint"),
      near("first prompt, no network between", "total"),
      far("first prompt, 10 Mbit/s and 20 ms away", "total"),
      far("first prompt after the download, so connected", "after"),
    ];
    const page = await visit(await browser.newContext({ viewport: { width: 1440, height: 900 } }), site.url);
    const lab = await new Lab(page).ready();
    rows.push({ name: "heap at the first prompt", value: await heap(page), unit: "MB" });
    rows.push(await commandToPaint(lab));
    const bench = await page.evaluate(async () => (await document.querySelector("podium-lab").backend.module()).bench());
    rows.push(...JSON.parse(bench).rows);
    rows.push({ name: "heap at the end", value: await heap(page), unit: "MB" });
    return rows;
  } finally {
    await browser.close();
    site.close();
  }
}

/** Megabytes of JavaScript's heap and of WebAssembly's memory, which never shrinks, together. */
async function heap(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  return (usedSize + (await page.evaluate(() => window.memory.buffer.byteLength))) / 1e6;
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
  console.log(`${cpus().length} × ${cpus()[0].model.trim()}, ${new Date().toISOString().slice(0, 10)}; native by CPU time, the browser by the wall`);
  console.log(`${"".padEnd(wide)}  ${"native".padStart(12)}  ${"browser".padStart(12)}`);
  for (const name of names) console.log(`${name.padEnd(wide)}  ${cell(native, name).padStart(12)}  ${cell(browser, name).padStart(12)}`);
}

const native = JSON.parse(readFileSync(process.argv[2], "utf8")).rows;
print(native, process.argv.includes("--no-browser") ? [] : [...payload(), ...(await inBrowser())]);
