// Prints what a reader of the page downloads until the first prompt: `node xtask/payload.mjs DIST [--files]`.
// It follows the page's own references: styles, scripts, what modules import, the WebAssembly named in <meta>; and the
// list of lessons, which the WebAssembly fetches.
import { readFileSync, existsSync, statSync } from "node:fs";
import { join, dirname, normalize } from "node:path";
import { brotliCompressSync, gzipSync, constants } from "node:zlib";

/** The files of the first load, as paths below `dist`, in the order they are found. */
export function firstLoad(dist) {
  const seen = new Set();
  const add = (file) => {
    const path = normalize(file);
    if (seen.has(path) || path.startsWith("..") || !existsSync(join(dist, path)) || !statSync(join(dist, path)).isFile()) return;
    seen.add(path);
    if (path.endsWith(".html")) references(readFileSync(join(dist, path), "utf8")).forEach(add);
    if (/\.m?js$/.test(path)) imports(readFileSync(join(dist, path), "utf8")).forEach((to) => add(join(dirname(path), to)));
  };
  add("index.html");
  add("lessons/index.json");
  return [...seen];
}

const local = (address) => address && !/^([a-z]+:|\/\/|#|data:)/i.test(address);

function references(html) {
  const found = [];
  for (const [tag] of html.matchAll(/<(?:link|script|meta|img)\b[^>]*>/g)) {
    const value = (name) => new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`).exec(tag)?.slice(1).find(Boolean);
    if (tag.startsWith("<link") && !/\b(stylesheet|icon|modulepreload|preload)\b/.test(value("rel") ?? "")) continue;
    if (tag.startsWith("<meta") && !/^podium-(js|wasm)$/.test(value("name") ?? "")) continue; // the rest comes later
    const address = value("href") ?? value("src") ?? value("content");
    if (local(address)) found.push(address.split(/[?#]/)[0]);
  }
  return found;
}

function imports(script) {
  const found = [];
  for (const match of script.matchAll(/\b(?:import|from)\s*\(?\s*["'](\.[^"']+)["']/g)) found.push(match[1]);
  return found;
}

/** Raw, gzip -9 and brotli 11 sizes of one file, in bytes. */
export function sizes(file) {
  const bytes = readFileSync(file);
  const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
  return [bytes.length, gzipSync(bytes, { level: 9 }).length, brotliCompressSync(bytes, brotli).length];
}

if (process.argv[1]?.endsWith("payload.mjs")) {
  const dist = process.argv[2] ?? "dist";
  const files = firstLoad(dist);
  if (process.argv.includes("--files")) {
    console.log(files.join("\n"));
  } else {
    const rows = files.map((file) => [file, ...sizes(join(dist, file))]);
    const total = ["total", ...[1, 2, 3].map((column) => rows.reduce((sum, row) => sum + row[column], 0))];
    const wide = Math.max(...rows.map(([file]) => file.length));
    for (const [name, ...numbers] of [["first load", "raw", "gzip", "brotli"], ...rows, total]) {
      console.log(name.padEnd(wide + 1) + numbers.map((n) => String(n).padStart(10)).join(""));
    }
  }
}
