// Runs the browser tests against dist/: `node tests/browser/run.mjs [PART OF A NAME]`, with CHROMIUM naming the browser.
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { run } from "./harness.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
for (const file of readdirSync(here + "cases").sort()) await import(`./cases/${file}`);
process.exit((await run(fileURLToPath(new URL("../../dist", import.meta.url)), process.argv[2])) ? 1 : 0);
