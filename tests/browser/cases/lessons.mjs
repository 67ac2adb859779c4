// The lessons, walked through as a reader would: each step's solution is tapped, and the step turns solved.
import { assert, test } from "../harness.mjs";

async function walk(lab) {
  const { page } = lab;
  const steps = page.locator('[data-testid="lesson-step"]');
  await steps.first().waitFor();
  await lab.speed();
  const count = await steps.count();
  for (let index = 0; index < count; index++) {
    const step = steps.nth(index);
    await page.waitForFunction((at) => document.querySelectorAll('[data-testid="lesson-step"]')[at]?.hasAttribute("data-current"), index);
    const id = await step.getAttribute("data-step");
    assert.equal(await step.getAttribute("data-solved"), "false", `${id} is not solved before anything is done`);
    const solution = step.locator("details.help").last();
    if ((await solution.getAttribute("open")) === null) await solution.locator("summary").click();
    const commands = await solution.locator(".cmd").evaluateAll((all) => all.map((one) => one.dataset.run));
    assert.ok(commands.length > 0, `${id} has a solution`);
    for (const [at, command] of commands.entries()) {
      const before = await lab.blocks.count();
      if (at === 0) await solution.locator(".cmd").first().click(); // tapping runs it
      else await lab.type(command);
      await lab.ended(before, 60_000);
    }
    await page.waitForFunction((at) => document.querySelectorAll('[data-testid="lesson-step"]')[at].dataset.solved === "true", index);
  }
}

/** The ids of the lessons, in the order of the list. */
async function lessons(page, url) {
  const list = await page.request.get(new URL("lessons/index.json", url).href);
  assert.ok(list.ok(), "lessons/index.json is served");
  return (await list.json()).chapters.flatMap((chapter) => chapter.lessons.map((lesson) => lesson.id));
}

for (const lang of ["en", "zh"]) {
  for (const index of [0, 1, 2, 3]) {
    test(`lesson ${index + 1} in ${lang}`, { seconds: 240 }, async ({ open, page, site }) => {
      const names = await lessons(page, site.url);
      assert.ok(names.length >= 4, `there are four lessons: ${names}`);
      const solved = page.evaluate.bind(page, () => window.solved);
      await page.addInitScript(() => addEventListener("podium:solved", (event) => (window.solved = event.detail.lesson)));
      const lab = await (await open(`?lesson=${encodeURIComponent(names[index])}&lang=${lang}`)).ready();
      assert.equal(await page.evaluate(() => document.documentElement.lang), lang);
      await walk(lab);
      assert.equal(await solved(), names[index], "podium:solved tells the page");
    });
  }
}
