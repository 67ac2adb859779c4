// Finds out which functions run until the first prompt: every function is made to leave a mark in a page of memory that
// nothing else uses, and Chromium opens the page in each of the ways in which a reader may.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { launch } from "../../tests/browser/harness.mjs";
import { Lab } from "../../tests/browser/lab.mjs";
import { serve } from "../../tests/browser/server.mjs";
import { MEMORY, Module, bytes, code, limitsBytes, sleb, vector } from "./module.mjs";

const PAGE = 65536;

/** The ways in which the page is opened; `again`: by a reader who has been in a lesson. */
const VISITS = [
  { query: "", viewport: { width: 1440, height: 900 } },
  { query: "?lang=zh&theme=dark", viewport: { width: 820, height: 1180 } },
  { query: "?lang=en", viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
  { query: "", viewport: { width: 1440, height: 900 }, again: true },
  { query: "?embed=1&view=terminal&lang=zh", viewport: { width: 700, height: 320 } },
  { query: "?embed=1&view=full", viewport: { width: 700, height: 480 } },
];

/** The module with a mark in front of every body, and where the marks are. */
function marked(source) {
  const module = new Module(source);
  const [memory] = module.limits(MEMORY);
  const base = memory.minimum * PAGE;
  const pages = Math.ceil(module.bodies.length / PAGE);
  module.sections.set(MEMORY, vector([bytes(limitsBytes({ ...memory, minimum: memory.minimum + pages }))]));
  module.setBodies(module.bodies.map((body, number) => {
    const start = code(body).at;
    const mark = [0x41, ...sleb(base + number), 0x41, 1, 0x3a, 0, 0]; // i32.const, i32.const 1, i32.store8
    return bytes(body.subarray(0, start), mark, body.subarray(start));
  }));
  return { binary: module.write(), base, count: module.bodies.length };
}

/** The numbers of the bodies that ran, over all visits, as a set. */
export async function profile(dist) {
  const name = readdirSync(dist).find((file) => file.endsWith("_bg.wasm"));
  const { binary, base, count } = marked(readFileSync(join(dist, name)));
  const site = await serve(dist, "/");
  const browser = await launch();
  const ran = new Set();
  try {
    for (const { query, again, ...options } of VISITS) {
      const context = await browser.newContext(options);
      if (again) await leaveTraces(await context.newPage(), site.url, dist);
      const page = await context.newPage();
      await page.route("**/*_bg.wasm", (route) => route.fulfill({ body: Buffer.from(binary), contentType: "application/wasm" }));
      await page.addInitScript(() => {
        const instantiate = WebAssembly.instantiateStreaming;
        WebAssembly.instantiateStreaming = async (...all) => {
          const done = await instantiate.apply(WebAssembly, all);
          window.marks = done.instance.exports.memory;
          return done;
        };
      });
      await page.goto(site.url + query);
      if (query.includes("embed=1")) await page.locator("[data-start]").click();
      await new Lab(page).ready();
      // What a reader may do, and the page does by itself, before the rest has come.
      if (!query.includes("embed=1")) await page.keyboard.type("kubectl get pods");
      await page.waitForTimeout(1500);
      const marks = await page.evaluate(([from, length]) => [...new Uint8Array(window.marks.buffer, from, length)], [base, count]);
      marks.forEach((mark, number) => mark && ran.add(number));
      await context.close();
    }
  } finally {
    await browser.close();
    site.close();
  }
  return ran;
}

/** Runs a command in the first lesson, so that the next visit finds history and progress. */
async function leaveTraces(page, url, dist) {
  const [chapter] = JSON.parse(readFileSync(join(dist, "lessons/index.json"), "utf8")).chapters;
  await page.goto(`${url}?lesson=${chapter.lessons[0].id}`);
  await (await new Lab(page).ready()).run("kubectl get nodes");
  await page.close();
}
