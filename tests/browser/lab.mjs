// What a reader can do on Podium's page, in the words of its markup: the handles here are the page's contract.

const BLOCK = ".term-out:visible .t-block";

/** The page, or a frame, that shows a lab. */
export class Lab {
  /** @param {import("playwright-core").Page | import("playwright-core").Frame} page */
  constructor(page) {
    this.page = page;
    this.input = page.locator('[data-testid="terminal-input"]:visible');
    this.output = page.locator('[data-testid="terminal-output"]:visible');
    this.blocks = page.locator(BLOCK);
    this.keyboard = (page.page ? page.page() : page).keyboard;
  }

  /** Waits for the first prompt. */
  async ready() {
    await this.input.waitFor({ state: "visible" });
    await this.page.waitForFunction(() => !document.querySelector(".app[aria-busy=true]"));
    return this;
  }

  /** Types a line (or several, as a here-document needs) and presses Enter, without waiting for its end. */
  async type(text) {
    await this.input.focus();
    for (const line of text.split("\n")) {
      await this.keyboard.insertText(line);
      await this.keyboard.press("Enter");
    }
  }

  /**
   * Types a command and waits until it has ended and the prompt is back.
   * @returns {Promise<{out: string, err: string, exit: number}>} what it printed, without the page's own notes
   */
  async run(text, { timeout = 20_000 } = {}) {
    const before = await this.blocks.count();
    await this.type(text);
    return this.ended(before, timeout);
  }

  /** What the blocks from number `index` on hold, once the last of them has ended and the prompt is back. */
  async ended(index, timeout = 20_000) {
    for (const end = Date.now() + timeout; Date.now() < end; await this.page.waitForTimeout(25)) {
      const blocks = (await this.blocks.evaluateAll(readBlocks)).slice(index);
      const prompt = await this.page.locator(".term-line:visible .prompt").innerText();
      const last = blocks[blocks.length - 1];
      if (!last || last.exit === null || !/\$\s*$/.test(prompt)) continue;
      const all = (key) => blocks.map((block) => block[key]).join("");
      return { out: all("out"), err: all("err"), exit: last.exit };
    }
    throw new Error(`no end within ${timeout / 1000} s; the terminal ends in:\n${(await this.screen()).slice(-900)}`);
  }

  /** Everything the visible terminal shows. */
  screen() {
    return this.output.innerText();
  }

  /** Runs a command that must succeed and whose standard output must hold every text (a string or a pattern). */
  async expect(command, ...texts) {
    const result = await this.run(command);
    if (result.exit !== 0) throw new Error(`${command}: exit code ${result.exit}\n${result.out}${result.err}`);
    holds(command, result.out, texts);
    return result;
  }

  /** Runs a command that must fail and whose standard error must hold every text. */
  async refuse(command, ...texts) {
    const result = await this.run(command);
    if (result.exit === 0) throw new Error(`${command}: ought to fail\n${result.out}`);
    holds(command, result.err, texts);
    return result;
  }

  /** Sets the speed of the cluster's clock to the fastest the page offers, or to the option with this label. */
  async speed(label) {
    const select = this.page.locator("select.time-speed");
    const options = await select.locator("option").allTextContents();
    await select.selectOption({ label: label ?? options[options.length - 1] });
  }

  /** A pod in the picture: `pod("default/kubia-manual")`. */
  pod(name) {
    return this.page.locator(`[data-pod="${name}"]`);
  }

  /** Waits until a pod in the picture is drawn in this phase. */
  async phase(name, phase, timeout = 20_000) {
    await this.page.locator(`[data-pod="${name}"][data-phase="${phase}"]`).waitFor({ state: "attached", timeout });
  }

  /** From now on, writes down each phase in which each pod is drawn; `phases(name)` reads it. */
  async watchPhases() {
    await this.page.evaluate(() => {
      const seen = (window.seenPhases = {});
      const look = () => {
        for (const pod of document.querySelectorAll("[data-pod]")) {
          const list = (seen[pod.dataset.pod] ??= []);
          if (list[list.length - 1] !== pod.dataset.phase) list.push(pod.dataset.phase);
        }
      };
      new MutationObserver(look).observe(document, {
        subtree: true, childList: true, attributes: true, attributeFilter: ["data-phase", "data-pod"],
      });
      look();
    });
  }

  async phases(name) {
    return (await this.page.evaluate(() => window.seenPhases))[name] ?? [];
  }
}

function readBlocks(blocks) {
  return blocks.map((element) => {
    const text = (names) => [...element.querySelectorAll(names)].map((pre) => pre.textContent).join("");
    const { exit } = element.dataset;
    return { out: text("pre.t-out"), err: text("pre.t-err, pre.t-warn"), exit: exit === undefined ? null : Number(exit) };
  });
}

function holds(command, text, wanted) {
  for (const one of wanted) {
    const there = one instanceof RegExp ? one.test(text) : text.includes(one);
    if (!there) throw new Error(`${command}: no ${one} in\n${text}`);
  }
}
