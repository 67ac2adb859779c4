// An audit of the page in the states a reader meets, by axe-core: WCAG 2.2 A and AA, and what it calls best practice.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { assert, test } from "../harness.mjs";

const axe = readFileSync(fileURLToPath(new URL("../../../node_modules/axe-core/axe.min.js", import.meta.url)), "utf8");

const OPTIONS = {
  // Experimental, and made for buttons: a pod's name for screen readers says in a sentence what stands scattered over its card.
  rules: { "label-content-name-mismatch": { enabled: false } },
};

/** The page, and `audit(state)`, which fails with every violation found. */
async function audited({ page, open }, query) {
  await page.addInitScript(axe);
  const lab = await open(query);
  const audit = async (state) => {
    await page.waitForTimeout(350); // colours in transition have no contrast of their own
    const violations = await page.evaluate(async (options) => {
      const { violations } = await axe.run(document, options);
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ")}`);
    }, OPTIONS);
    assert.deepEqual(violations, [], state);
  };
  return { lab, audit };
}

const tool = (page, at) => page.locator(".pic-tools button").nth(at);

async function audit(all) {
  const { page } = all;
  const { lab, audit } = await audited(all, "");
  await lab.ready();
  await audit("the first prompt");
  await lab.speed();
  for (const line of [
    "kubectl create -f kubia-manual.yaml", "kubectl create -f kubia-gpu.yaml", "kubectl create -f together.yaml",
    "kubectl create ns shop", "kubectl run web --image=nginx -n shop", "kubectl run bad --image=nosuch",
  ]) await lab.expect(line);
  await lab.refuse("kubectl get pod nosuch");
  await lab.phase("default/bad", "ImagePullBackOff");
  await audit("pods in several phases, an error with its note");
  for (const [at, what] of [[0, "labels"], [1, "by two labels"], [2, "by workload"]]) {
    await tool(page, at).click();
    await audit(what);
  }
  await tool(page, 2).click();
  await lab.pod("default/kubia-manual").dispatchEvent("click");
  for (const at of [0, 1, 2, 3]) {
    await page.locator(".inspector [role=tab]").nth(at).click();
    await audit(`the inspector's page ${at}`);
  }
  await page.locator(".insp-head button").click();
  await lab.input.focus();
  await page.keyboard.insertText("kubectl get ");
  await page.keyboard.press("Tab");
  await page.waitForSelector("#choices [role=option]");
  await audit("choices");
  await page.keyboard.press("Control+u");
  await lab.type("vi kubia-manual.yaml");
  await page.waitForSelector('[data-testid="editor"]');
  await audit("the editor");
}

test("axe finds nothing: desk, light, English", { colorScheme: "light" }, audit);
test("axe finds nothing: desk, dark, Chinese", { colorScheme: "dark", locale: "zh-CN" }, audit);
test("axe finds nothing: phone, dark, English", { colorScheme: "dark", viewport: { width: 390, height: 844 } }, audit);

test("axe finds nothing in a lesson and in an embedded view, before its start and after", async (all) => {
  const { page, open } = all;
  const { lab, audit } = await audited(all, "?lesson=ch5/02-labels-and-selectors");
  await lab.ready();
  await page.waitForSelector('[data-testid="lesson-step"]');
  await audit("a lesson");
  await open("?embed=1&view=full&lesson=ch5/02-labels-and-selectors&lang=zh");
  await page.waitForSelector("[data-start]");
  await audit("an embedded view that waits");
  await page.locator("[data-start]").click();
  await lab.ready();
  await audit("an embedded view");
});
