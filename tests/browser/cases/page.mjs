// What holds for the page as a whole: first paint, keyboard, motion, storage, payload, determinism.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { firstLoad } from "../../../xtask/payload.mjs";
import { assert, test } from "../harness.mjs";

const root = fileURLToPath(new URL("../../../", import.meta.url));

test("the first paint does not jump when the WebAssembly arrives", async ({ open, page }) => {
  await page.addInitScript(() => {
    window.shifts = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.shifts.push([entry.value, entry.sources.map((one) => one.node?.className?.baseVal ?? one.node?.className)]);
    }).observe({ type: "layout-shift", buffered: true });
  });
  let let_go;
  const held = new Promise((go) => (let_go = go));
  await page.route("**/*.wasm", async (route) => held.then(() => route.continue()));
  await page.goto("about:blank");
  const going = open();
  const boxes = () => page.evaluate(() => ["bar", "work", "picture", "terminal", "lesson"].map((name) => {
    const { x, y, width, height } = document.querySelector("." + name).getBoundingClientRect();
    return [name, x, y, width, height].join(" ");
  }));
  await page.locator(".stage-bones").waitFor({ state: "attached" });
  await page.waitForFunction(() => document.fonts.status === "loaded" && document.readyState !== "loading");
  const before = await boxes();
  let_go();
  const lab = await (await going).ready();
  await page.waitForTimeout(300);
  assert.deepEqual(await boxes(), before, "every box stands where it stood");
  const shifts = await page.evaluate(() => window.shifts);
  assert.ok(shifts.reduce((sum, [value]) => sum + value, 0) < 0.01, JSON.stringify(shifts));
  await lab.expect("echo hello", "hello");
});

test("what is downloaded until the first prompt is what the budget counts", async ({ open, page }) => {
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector('[data-testid="terminal-input"]')) return;
      observer.disconnect();
      window.promptAt = performance.now();
    }).observe(document, { childList: true, subtree: true });
  });
  await (await open()).ready();
  await page.waitForFunction(() => performance.getEntriesByType("resource").some((entry) => /_rest\.wasm$/.test(entry.name)));
  const fetched = await page.evaluate(() => performance.getEntriesByType("resource").filter((entry) => entry.startTime < window.promptAt).map((entry) => entry.name));
  const counted = new Set(firstLoad(root + "dist"));
  const uncounted = fetched.map((name) => decodeURIComponent(new URL(name).pathname).replace("/some/sub/path/", "")).filter((file) => !counted.has(file));
  assert.deepEqual(uncounted, []);
  const late = await page.evaluate(() => performance.getEntriesByType("resource").filter((entry) => entry.initiatorType === "xmlhttprequest").map((entry) => entry.name));
  assert.deepEqual(late, [], "nothing of the rest is wanted before it has come by itself");
});

test("the keyboard alone: Tab goes through everything and never stays, Escape leaves", async ({ open, page }) => {
  const lab = await (await open()).ready();
  const here = () => page.evaluate(() => {
    const at = document.activeElement;
    if (!at || at === document.body) return "BODY";
    at.dataset.visited ??= String((window.visits = (window.visits ?? 0) + 1));
    return `${at.tagName} ${at.className?.baseVal ?? at.className} ${at.dataset.visited}`;
  });
  for (const key of ["Tab", "Shift+Tab"]) {
    const seen = [];
    for (let presses = 0; presses < 120; presses++) {
      await page.keyboard.press(key);
      const at = await here();
      assert.notEqual(at, seen[seen.length - 1], `${key} must not stay at ${at}`);
      if (seen.length > 3 && at === seen[0]) break;
      seen.push(at);
    }
    assert.ok(seen.some((at) => at.includes("term-input")), `${key} reaches the terminal: ${seen.join("; ")}`);
    assert.ok(seen.length < 119, `${key} comes round: ${seen.join("; ")}`);
  }
  // With text in the line Tab completes; Escape gives it back to the browser.
  await lab.input.focus();
  await page.keyboard.insertText("kubectl get ");
  await page.keyboard.press("Tab");
  await page.waitForSelector("#choices [role=option]");
  await page.keyboard.press("Escape");
  await page.waitForSelector("#choices [role=option]", { state: "detached" });
  await page.keyboard.press("Escape");
  assert.ok(!(await lab.input.evaluate((input) => input === document.activeElement)), "Escape leaves the input");
  await page.keyboard.press("Tab");
  await here();
});

test("the terminal's keys: history, line editing, Ctrl-C, Ctrl-L, completion", async ({ open, page }) => {
  const lab = await (await open()).ready();
  await lab.expect("echo one", "one");
  await lab.input.focus();
  await page.keyboard.press("ArrowUp");
  assert.equal(await lab.input.inputValue(), "echo one");
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText("X");
  await page.keyboard.press("Control+k");
  assert.equal(await lab.input.inputValue(), "X");
  await page.keyboard.press("Control+c");
  assert.equal(await lab.input.inputValue(), "");
  await page.keyboard.insertText("kubectl get nod");
  await page.keyboard.press("Tab");
  await page.waitForFunction(() => /^kubectl get nodes ?$/.test(document.querySelector(".term-input").value));
  await page.keyboard.press("Control+u");
  await page.keyboard.press("Control+l");
  await page.waitForFunction(() => !document.querySelector(".term-out").textContent.includes("echo one"));
});

test("many lines pasted run one after another", async ({ open, page }) => {
  const lab = await (await open()).ready();
  await lab.input.focus();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData("text/plain", "echo one\necho two\ncat <<EOF\nthree\nEOF\n");
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await lab.output.getByText("three", { exact: true }).last().waitFor();
  const text = await lab.screen();
  assert.ok(text.indexOf("one") < text.indexOf("two") && text.indexOf("two") < text.lastIndexOf("three"), text);
});

const SCRIPT = `# second, command
0 kubectl create -f kubia-manual.yaml
3 kubectl create namespace other
3 kubectl run crash --image=busybox -- sh -c 'exit 1'
40 kubectl label node node-2 gpu=true
45 kubectl delete po --all
`;

test("the same script gives the same event log natively and here, twice", async ({ open, page }) => {
  writeFileSync(root + "target/determinism.txt", SCRIPT);
  const native = (seed) => execFileSync(root + "target/debug/podium", ["hash", root + "target/determinism.txt", "--seed", seed], { encoding: "utf8" }).trim();
  await (await open()).ready();
  const here = (seed) => page.evaluate(async ([script, seed]) => (await document.querySelector("podium-lab").backend.module()).hash_script(script, seed), [SCRIPT, seed]);
  const hashes = [native("7"), native("7"), await here("7"), await here("7")];
  assert.match(hashes[0], /^[0-9a-f]{16}$/);
  assert.deepEqual(hashes, Array(4).fill(hashes[0]));
  const other = [native("8"), await here("8")];
  assert.equal(other[0], other[1]);
  assert.notEqual(other[0], hashes[0], "another seed, another log");
});

test("with reduced motion nothing travels, and an outline says what changed", { reducedMotion: "reduce" }, async ({ open, page }) => {
  const lab = await (await open()).ready();
  await lab.type("kubectl create -f kubia-manual.yaml");
  await page.locator('[data-pod="default/kubia-manual"][data-changed]').waitFor({ state: "attached" });
  const moving = () => page.evaluate(() => document.getAnimations().filter((one) => one.playState === "running" && Number(one.effect.getTiming().duration) > 1).length);
  for (let look = 0; look < 20; look++) {
    assert.equal(await moving(), 0);
    await page.waitForTimeout(50);
  }
  await lab.phase("default/kubia-manual", "Running");
});

test("an object keeps its place through twenty commands", { seconds: 180 }, async ({ open, page }) => {
  const lab = await (await open()).ready();
  await lab.speed();
  await lab.expect("kubectl create -f kubia-manual.yaml");
  await lab.phase("default/kubia-manual", "Running");
  const place = () => page.evaluate(() => {
    const of = (element) => element.closest("[transform]").getAttribute("transform");
    return { pod: of(document.querySelector('[data-pod="default/kubia-manual"]')), nodes: [...document.querySelectorAll("[data-node][data-ready]")].map(of) };
  });
  await page.waitForTimeout(500);
  const before = await place();
  let state = 7; // a fixed seed: the same commands each time
  const draw = (n) => (state = (state * 1103515245 + 12345) % 2147483648) % n;
  for (let turn = 0; turn < 20; turn++) {
    const name = "p" + draw(4);
    await lab.run([
      `kubectl run ${name} --image=luksa/kubia`,
      `kubectl delete po ${name} --ignore-not-found`,
      `kubectl label po kubia-manual turn=${turn} --overwrite`,
      `kubectl create ns n${turn}`,
    ][draw(4)]);
    assert.deepEqual(await place(), before, `after turn ${turn}`);
  }
});

test("damaged storage is reported and set aside", async ({ open, page }) => {
  await page.addInitScript(() => {
    if (sessionStorage.done) return;
    sessionStorage.done = "yes";
    for (const key of ["podium.session", "podium.lang", "podium.theme", "podium.split"]) localStorage.setItem(key, "{damaged");
  });
  const lab = await (await open()).ready();
  await page.locator(".toast", { hasText: "is damaged" }).waitFor();
  await lab.expect("kubectl get nodes", "node-1");
});

test("full storage is said and stops nothing", async ({ open, page }) => {
  await page.addInitScript(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  const lab = await (await open()).ready();
  await lab.expect("kubectl create -f kubia-manual.yaml", "created");
  await page.locator(".toast", { hasText: "storage is full" }).waitFor();
  await lab.phase("default/kubia-manual", "Running");
});

test("forbidden storage is said and stops nothing", async ({ open, page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, "localStorage", {
      get() {
        throw new DOMException("forbidden", "SecurityError");
      },
    });
  });
  const lab = await (await open()).ready();
  await lab.expect("kubectl create -f kubia-manual.yaml", "created");
  await page.locator(".toast", { hasText: "does not let this page store" }).waitFor();
});

test("who does not see the picture hears of it", async ({ open, page }) => {
  const lab = await (await open()).ready();
  const heard = (text) => page.locator("p.sr[role=status]", { hasText: text }).waitFor({ state: "attached" });
  await lab.expect("kubectl create -f kubia-manual.yaml", "created");
  await heard("Pod kubia-manual: Running");
  await lab.input.pressSequentially("kubectl delete po --all");
  await heard("1 pod would be deleted");
  await page.keyboard.press("Control+u");
  await lab.refuse("kubectl get po nosuch");
  await heard("exit code 1");
});

test("a lesson that could not be fetched can be asked for again", { console: ["404"] }, async ({ open, page }) => {
  let broken = true;
  await page.route("**/lesson.json", (route) => (broken ? route.fulfill({ status: 404, body: "" }) : route.continue()));
  await (await open("?lesson=ch5/01-create-a-pod")).ready();
  const again = page.getByRole("button", { name: "Try again" });
  await again.waitFor();
  broken = false;
  await again.click();
  await page.waitForSelector('[data-testid="lesson-step"]');
});

test("language and theme: from the address, switched by the reader, remembered", async ({ open, page }) => {
  let lab = await (await open("?lang=zh&theme=dark")).ready();
  assert.deepEqual(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dataset.theme]), ["zh", "dark"]);
  await page.locator('[data-testid="lang"]').click();
  await page.waitForFunction(() => document.documentElement.lang === "en");
  lab = await (await open()).ready();
  assert.equal(await page.evaluate(() => document.documentElement.lang), "en", "the choice is remembered");
  await lab.expect("kubectl get nodes", "node-1");
});

test("a mouse's way: a pod opens the inspector, Escape closes it", async ({ open, page }) => {
  const lab = await (await open()).ready();
  await lab.expect("kubectl create -f kubia-manual.yaml");
  await lab.phase("default/kubia-manual", "Running");
  await lab.pod("default/kubia-manual").click();
  const inspector = page.locator('.inspector[data-object="default/kubia-manual"]');
  await inspector.waitFor();
  assert.match(await inspector.innerText(), /Running[\s\S]*10\.244\./);
  await page.keyboard.press("Escape");
  await inspector.waitFor({ state: "detached" });
});

test("the matrix sorts pods by two labels and follows what changes", async ({ open, page }) => {
  const lab = await (await open()).ready();
  for (const [app, rel] of [["ui", "stable"], ["ui", "beta"], ["cart", "stable"]]) {
    await lab.expect(`kubectl run ${app}-${rel} --image=nginx --labels=app=${app},rel=${rel}`, "created");
  }
  await page.getByRole("button", { name: "Sort by two labels" }).click();
  const table = page.getByRole("table", { name: "Pods by app and rel" });
  const rows = async () => (await table.locator("tr").allInnerTexts()).slice(1).map((row) => row.split(/[\t\n]+/).filter(Boolean));
  assert.deepEqual(await rows(), [["cart", "cart-stable"], ["ui", "ui-beta", "ui-stable"]]);
  await lab.expect("kubectl label po ui-beta rel=canary --overwrite");
  await table.getByRole("columnheader", { name: "canary" }).waitFor();
  await lab.type("");
  await page.locator('[data-testid="terminal-input"]:visible').fill("kubectl get po -l rel=canary");
  await page.locator('.matrix [data-pod="default/ui-beta"][data-highlighted]').waitFor();
  await page.getByLabel("Columns").selectOption("app");
  await page.getByRole("table", { name: "Pods by rel and app" }).waitFor();
  await page.locator('.matrix [data-pod="default/ui-beta"]').click();
  await page.locator('.inspector[data-object="default/ui-beta"]').waitFor();
});

test("a port that is forwarded opens in the small browser, and fails there when the tunnel ends", async ({ open, page }) => {
  const lab = await (await open()).ready();
  await lab.expect("kubectl create -f kubia-manual.yaml");
  await lab.phase("default/kubia-manual", "Running");
  await lab.type("kubectl port-forward kubia-manual 8888:8080");
  await page.locator('.browser-visit[data-port="8888"]').click();
  const view = page.locator(".browser-window");
  await view.getByText("You've hit kubia-manual").waitFor();
  await page.waitForFunction(() => /Handling connection for 8888/.test(document.querySelector('[data-testid="terminal-output"]').innerText));
  await page.keyboard.press("Escape");
  await lab.input.focus();
  await page.keyboard.press("Control+c");
  await view.getByRole("button", { name: "Load again" }).click();
  await view.getByText("This page cannot be reached.").waitFor();
  assert.match(await view.innerText(), /Failed to connect to localhost port 8888/);
  await view.getByRole("button", { name: "Close" }).click();
  await view.waitFor({ state: "detached" });
});

test("the editor opens with vi, marks an error where it is, and saves", async ({ open, page }) => {
  const lab = await (await open()).ready();
  await lab.type("vi kubia-manual.yaml");
  const editor = page.locator('[data-testid="editor"]');
  const text = editor.locator("textarea");
  await text.waitFor();
  const content = await text.inputValue();
  assert.match(content, /kind: Pod/);
  await text.fill(content.replace("containers:", "container:"));
  await editor.locator(".ed-problem").first().waitFor();
  await text.fill(content.replace("kubia-manual", "kubia-edited"));
  await editor.getByRole("button", { name: "Save", exact: true }).click();
  await editor.waitFor({ state: "detached" });
  await lab.expect("kubectl create -f kubia-manual.yaml", "pod/kubia-edited created");
});

test("a rest that comes late is waited for, one that cannot be fetched is said", { console: ["404", "could not be fetched"] }, async ({ open, page }) => {
  await page.route("**/*_rest.wasm", async (route) => {
    await new Promise((later) => setTimeout(later, 1500));
    await route.continue();
  });
  let lab = await (await open()).ready();
  await lab.expect("kubectl get nodes", "node-1");
  await page.unroute("**/*_rest.wasm");
  await page.route("**/*_rest.wasm", (route) => route.fulfill({ status: 404, body: "" }));
  lab = await (await open()).ready();
  await lab.type("kubectl get nodes");
  await page.locator(".boot-trouble").filter({ hasText: "404" }).waitFor();
  await page.unroute("**/*_rest.wasm");
  await page.locator(".boot-trouble button").click();
  await page.locator(".boot-trouble").waitFor({ state: "detached" });
  await lab.ready();
  await lab.expect("kubectl get nodes", "node-1");
});
