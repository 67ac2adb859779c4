// The embedded view, in a frame of a plain page on another origin.
import { Lab } from "../lab.mjs";
import { assert, test } from "../harness.mjs";

const filler = "<p>Some text of the post.</p>".repeat(60);
const wasm = (context) => {
  const requests = [];
  context.on("request", (request) => request.url().endsWith("_bg.wasm") && requests.push(request.url()));
  return requests;
};
const quiet = (page) => page.evaluate(() => ({ scroll: scrollY, focus: document.activeElement?.tagName }));

test("a frame loads no WebAssembly before the first click, and takes neither focus nor scroll", async ({ context, page, site, other }) => {
  const requests = wasm(context);
  other.pages.set("/post.html", `<!doctype html><title>post</title><link rel="icon" href="data:,">${filler}
    <iframe src="${site.url}?embed=1&view=terminal&lang=en" width="700" height="320" title="lab"></iframe>${filler}`);
  await page.goto(other.origin + "/post.html");
  const frame = page.frames().find((one) => one.url().includes("embed=1"));
  const start = frame.locator("[data-start]");
  await start.waitFor();
  await page.waitForTimeout(500);
  assert.deepEqual(requests, [], "nothing of the WebAssembly before the click");
  assert.deepEqual(await quiet(page), { scroll: 0, focus: "BODY" });
  await page.locator("iframe").scrollIntoViewIfNeeded();
  const { scroll } = await quiet(page);
  await start.click();
  const lab = await new Lab(frame).ready();
  assert.equal(requests.length, 1);
  assert.equal((await quiet(page)).scroll, scroll, "the page around it did not move");
  await lab.expect("kubectl get nodes", "node-1", "Ready");
  assert.equal((await quiet(page)).scroll, scroll, "nor did it when a command ran");
});

test("<podium-lab> on another page: attributes, run(), events", async ({ context, page, site, other }) => {
  const requests = wasm(context);
  other.pages.set("/lab.html", `<!doctype html><title>post</title><link rel="icon" href="data:,">
    <script type="module" src="${site.url}embed/podium-lab.js"></script>${filler}
    <podium-lab id="one" lang="zh-CN" theme="dark" view="terminal" seed="7"></podium-lab>
    <podium-lab id="two" lang="en" view="picture"></podium-lab>${filler}`);
  await page.goto(other.origin + "/lab.html");
  await page.waitForFunction(() => customElements.get("podium-lab"));
  await page.waitForTimeout(300);
  assert.deepEqual(requests, [], "nothing of the WebAssembly before it is asked for");
  const heard = await page.evaluate(async () => {
    const heard = [];
    addEventListener("podium:ready", (event) => heard.push([event.type, event.target.id, event.composed]));
    const one = document.querySelector("#one");
    const results = await Promise.all([one.run("echo first"), one.run("kubectl get nosuch"), one.run("echo third")]);
    return { heard, results };
  });
  assert.deepEqual(heard.heard, [["podium:ready", "one", true]]);
  assert.deepEqual(heard.results[0], { stdout: "first\n", stderr: "", exitCode: 0 });
  assert.match(heard.results[1].stderr, /the server doesn't have a resource type "nosuch"/);
  assert.equal(heard.results[1].exitCode, 1);
  assert.equal(heard.results[2].stdout, "third\n");
  assert.deepEqual(await quiet(page), { scroll: 0, focus: "BODY" }, "run() takes neither focus nor scroll");
  assert.equal(requests.length, 1, "the second lab has not started");
  const frame = page.frames().find((one) => one.url().includes("lang=zh-CN"));
  assert.equal(await frame.evaluate(() => document.documentElement.dataset.theme), "dark");
  await page.evaluate(() => document.querySelector("#one").setAttribute("theme", "light"));
  await frame.waitForFunction(() => document.documentElement.dataset.theme === "light");
});

test("aborting run() sends Ctrl-C", async ({ page, site, other }) => {
  other.pages.set("/abort.html", `<!doctype html><title>post</title><link rel="icon" href="data:,">
    <script type="module" src="${site.url}embed/podium-lab.js"></script><podium-lab view="terminal"></podium-lab>`);
  await page.goto(other.origin + "/abort.html");
  await page.waitForFunction(() => customElements.get("podium-lab"));
  const said = await page.evaluate(async () => {
    const lab = document.querySelector("podium-lab");
    const stop = new AbortController();
    await lab.run("echo before");
    const sleeping = lab.run("sleep 100000", { signal: stop.signal }).then(() => "ended", (error) => error.name);
    const waiting = lab.run("echo waiting", { signal: stop.signal }).then(() => "ended", (error) => error.name);
    const after = lab.run("echo after");
    setTimeout(() => stop.abort(), 500);
    return [await sleeping, await waiting, (await after).stdout];
  });
  assert.deepEqual(said, ["AbortError", "AbortError", "after\n"]);
});

const REFUSED = "The target origin provided ('https://elsewhere.example') does not match"; // the browser's own words

test("a page that is not the frame's parent is not answered", { console: [REFUSED] }, async ({ page, site, other }) => {
  other.pages.set("/spoof.html", `<!doctype html><title>spoof</title><link rel="icon" href="data:,">
    <script>window.got = []; addEventListener("message", (event) => got.push(event.data));</script>
    <iframe src="${site.url}?embed=1&view=terminal&origin=https://elsewhere.example" title="lab"></iframe>`);
  await page.goto(other.origin + "/spoof.html");
  const frame = page.frames().find((one) => one.url().includes("embed=1"));
  await frame.locator("[data-start]").waitFor();
  await page.waitForTimeout(300);
  assert.deepEqual(await page.evaluate(() => window.got), []);
});
