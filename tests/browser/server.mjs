// A static file server for the tests: one folder under one prefix, and pages made of a string. Like GitHub Pages it knows
// the types, lets other origins read, and does nothing else.
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { gzipSync } from "node:zlib";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".yaml": "text/yaml; charset=utf-8",
  ".md": "text/markdown; charset=utf-8",
  ".png": "image/png",
};

/**
 * Serves `folder` below `prefix` (as "/some/path/"), and `pages` (path → HTML) beside it, on a free port; packed if `gzip`.
 * @returns {Promise<{origin: string, url: string, pages: Map<string, string>, close(): void}>}
 */
export async function serve(folder, prefix = "/", pages = new Map(), { gzip = false } = {}) {
  const packed = new Map(); // file → its bytes
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://x").pathname);
    const send = (status, type, more) => response.writeHead(status, { "content-type": type, "access-control-allow-origin": "*", ...more });
    if (pages.has(path)) {
      send(200, TYPES[".html"]);
      return response.end(pages.get(path));
    }
    let file = path.startsWith(prefix) ? normalize(join(folder, path.slice(prefix.length))) : "";
    if (file && file.startsWith(normalize(folder)) && existsSync(file) && statSync(file).isDirectory()) file = join(file, "index.html");
    if (!file || !file.startsWith(normalize(folder)) || !existsSync(file)) {
      send(404, "text/plain");
      return response.end("not found");
    }
    const type = TYPES[extname(file)] ?? "application/octet-stream";
    if (gzip) {
      if (!packed.has(file)) packed.set(file, gzipSync(readFileSync(file), { level: 9 }));
      send(200, type, { "content-encoding": "gzip" });
      return response.end(packed.get(file));
    }
    send(200, type);
    createReadStream(file).pipe(response);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return { origin, url: origin + prefix, pages, close: () => server.close() };
}
