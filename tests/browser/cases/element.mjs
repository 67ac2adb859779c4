// <podium-lab> by itself, with a stand-in for the cluster: the queue, the signal, coming and going.
import { assert, test } from "../harness.mjs";

const page = (url) => `<!doctype html><title>element</title><link rel="icon" href="data:,"><script type="module">
  import { defineLab } from "${url}embed/lab.js";
  window.log = [];
  class Fake {
    waits = true;
    constructor(lab, emit) { this.emit = emit; log.push("connect " + (lab.getAttribute("lesson") ?? "-")); }
    start() {
      log.push("start");
      return new Promise((yes, no) => setTimeout(() => window.broken ? no(new Error("no network")) : yes(), 20));
    }
    run(command, terminal) {
      log.push("run " + terminal + " " + command);
      return new Promise((end) => {
        const done = (exitCode) => { log.push("end " + command); end({ stdout: command, stderr: "", exitCode }); };
        const timer = setTimeout(done, command === "slow" ? 5000 : 20, 0);
        this.stop = () => { clearTimeout(timer); log.push("ctrl-c"); setTimeout(done, 20, 130); };
      });
    }
    cancel() { this.stop?.(); }
    set(name, value) { log.push("set " + name + " " + value); }
    disconnect() { log.push("disconnect"); }
  }
  defineLab((lab, emit) => new Fake(lab, emit));
  window.lab = document.createElement("podium-lab");
</script>`;

const withFake = async ({ page: tab, site, other }, body) => {
  other.pages.set("/element.html", page(site.url));
  await tab.goto(other.origin + "/element.html");
  await tab.waitForFunction(() => window.lab);
  return tab.evaluate(body);
};

test("element: calls before it stands in the page wait, and run one after another", async (all) => {
  const log = await withFake(all, async () => {
    const calls = ["a", "b", "c"].map((command) => lab.run(command));
    lab.setAttribute("lesson", "x/y");
    document.body.append(lab);
    await Promise.all(calls);
    return log;
  });
  assert.deepEqual(log, ["connect x/y", "start", "run 1 a", "end a", "run 1 b", "end b", "run 1 c", "end c"]);
});

test("element: two terminals do not wait for each other", async (all) => {
  const log = await withFake(all, async () => {
    document.body.append(lab);
    lab.run("slow");
    await lab.run("quick", { terminal: 2 });
    return log;
  });
  assert.deepEqual(log, ["connect -", "start", "run 1 slow", "run 2 quick", "end quick"]);
});

test("element: a signal takes a waiting call out, and interrupts a running one before the next begins", async (all) => {
  const [first, second, log, late] = await withFake(all, async () => {
    document.body.append(lab);
    const stop = new AbortController();
    const [one, two] = ["slow", "never"].map((c) => lab.run(c, { signal: stop.signal }).catch((error) => error.name));
    const three = lab.run("three");
    setTimeout(() => stop.abort(), 60);
    const results = [await one, await two];
    await three;
    const already = await lab.run("x", { signal: AbortSignal.abort() }).catch((error) => error.name);
    const over = new AbortController();
    await lab.run("four", { signal: over.signal });
    const before = log.length;
    over.abort(); // after the end: must not interrupt whoever runs then
    return [...results, log.slice(2, before), [already, log.length - before]];
  });
  assert.deepEqual([first, second], ["AbortError", "AbortError"]);
  assert.deepEqual(log, ["run 1 slow", "ctrl-c", "end slow", "run 1 three", "end three", "run 1 four", "end four"]);
  assert.deepEqual(late, ["AbortError", 0]);
});

test("element: a failed start rejects the call, tells the page, and can be tried again", async (all) => {
  const result = await withFake(all, async () => {
    const told = [];
    for (const type of ["podium:error", "podium:ready"]) addEventListener(type, (event) => told.push([type, event.detail.message ?? ""]));
    document.body.append(lab);
    window.broken = true;
    const failed = await lab.run("a").catch((error) => error.message);
    window.broken = false;
    const { stdout } = await lab.run("b");
    return { failed, stdout, told };
  });
  assert.deepEqual(result, { failed: "no network", stdout: "b", told: [["podium:error", "no network"], ["podium:ready", ""]] });
});

test("element: moved it stays, taken away it ends, and comes back anew", async (all) => {
  const log = await withFake(all, async () => {
    document.body.append(lab);
    await lab.run("a");
    document.body.prepend(lab);
    lab.setAttribute("lang", "zh");
    const hanging = lab.run("slow").catch((error) => log.push(error.name));
    await new Promise((later) => setTimeout(later, 10));
    lab.remove();
    await hanging;
    document.body.append(lab);
    await lab.run("b");
    return log;
  });
  const expected = ["connect -", "start", "run 1 a", "end a", "set lang zh", "run 1 slow", "disconnect", "AbortError",
    "connect -", "start", "run 1 b", "end b"];
  assert.deepEqual(log, expected);
});
