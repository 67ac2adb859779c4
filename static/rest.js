// The rest of the WebAssembly: what does not run until the first prompt (xtask/wasm/split.mjs). It is fetched after the
// first prompt; where it is wanted before it has come, on the spot.

const address = document.querySelector('meta[name="podium-rest"]')?.content;
let first = null; // the exports of the first half
let coming = null;

/** The exports of the first half, as soon as they are there. */
export function begin(exports) {
  first = exports;
}

/** Fetches the rest in the background; resolves when it is there. */
export function fetchRest() {
  coming ??= address ? fetch(address).then((response) => response.arrayBuffer()).then(compile) : Promise.resolve();
  return coming;
}

async function compile(bytes) {
  const module = await WebAssembly.compile(bytes);
  if (!first.rest_come.value) link(await WebAssembly.instantiate(module, { p: first }));
}

function link() {
  first.rest_come.value = 1;
}

/** Called by the first half (`now` is true) before it calls into the rest. */
globalThis.podiumRest = (now) => {
  if (!now) return;
  const request = new XMLHttpRequest();
  request.open("GET", address, false);
  request.overrideMimeType("text/plain; charset=x-user-defined");
  request.send();
  if (request.status !== 200 && request.status !== 0) throw new Error(`The rest of Podium could not be fetched (${request.status}).`);
  const bytes = Uint8Array.from(request.responseText, (letter) => letter.charCodeAt(0) & 255);
  link(new WebAssembly.Instance(new WebAssembly.Module(bytes), { p: first }));
};
