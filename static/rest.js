// The rest of the WebAssembly: what does not run until the first prompt (xtask/wasm/split.mjs). It is fetched after the
// first prompt; where it is wanted before it has come, on the spot, while the page stands still.

const address = document.querySelector('meta[name="podium-rest"]')?.content;
let first = null; // the exports of the first half
let tell = () => {};
let begun;
const beginning = new Promise((resolve) => (begun = resolve));
let coming = null;

/** The exports of the first half, as soon as they are there; `failed` hears why the rest could not be fetched on the spot. */
export function begin(exports, failed) {
  first = exports;
  tell = failed;
  begun();
}

/** Fetches the rest in the background; resolves when it is there. After a failure the next call tries again. */
export function fetchRest() {
  coming ??= address ? download() : Promise.resolve();
  coming.catch(() => (coming = null));
  return coming;
}

async function download() {
  const response = await fetch(address);
  if (!response.ok) throw failure(response.status);
  const module = await WebAssembly.compile(await response.arrayBuffer());
  await beginning;
  if (!first.rest_come.value) link(await WebAssembly.instantiate(module, { p: first }));
}

function link() {
  first.rest_come.value = 1;
}

/** Called by the first half (`now` is true) before it calls into the rest. */
globalThis.podiumRest = (now) => {
  if (!now) return;
  try {
    link(new WebAssembly.Instance(new WebAssembly.Module(downloadNow()), { p: first }));
  } catch (error) {
    tell(error); // whatever called has not been done, and what it had begun stays half done: only a reload helps
    throw error;
  }
};

function downloadNow() {
  const request = new XMLHttpRequest();
  request.open("GET", address, false);
  request.overrideMimeType("text/plain; charset=x-user-defined");
  request.send();
  if (request.status !== 200) throw failure(request.status);
  return Uint8Array.from(request.responseText, (letter) => letter.charCodeAt(0) & 255);
}

const failure = (status) => new Error(`The rest of Podium could not be fetched (${status}).`);
