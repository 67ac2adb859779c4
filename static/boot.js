// Starts Podium's own page: gives the <podium-lab> in it a cluster that runs right here. In the embedded view
// (`?embed=1`) it waits for the first click, and answers the page around it (embed/guest.js).
import { defineLab } from "./embed/lab.js";
import { DirectBackend } from "./embed/direct.js";
import { answerParent } from "./embed/guest.js";
import { begin, fetchRest } from "./rest.js";

const query = new URLSearchParams(location.search);
const embedded = query.get("embed") === "1";
const meta = (name) => new URL(document.querySelector(`meta[name="${name}"]`).content, document.baseURI).href;

let loading;
/** The WebAssembly module, fetched once however many labs the page holds. */
function load() {
  loading ??= import(meta("podium-js")).then(async (module) => {
    const failed = (error) => document.querySelectorAll("podium-lab").forEach((lab) => lab.backend?.tell(error));
    begin(await module.default({ module_or_path: meta("podium-wasm") }), failed);
    return module;
  });
  loading.catch(() => (loading = undefined)); // the next attempt may find the network again
  return loading;
}

for (const lab of document.querySelectorAll("podium-lab")) {
  for (const name of ["lesson", "view", "seed", "lang", "theme"]) {
    const value = query.get(name);
    if (value !== null) lab.setAttribute(name, value);
  }
  if (!lab.hasAttribute("lang")) lab.setAttribute("lang", document.documentElement.lang);
}
defineLab((lab, emit) => new DirectBackend(lab, emit, { load, fetchRest, embed: embedded }));

const lab = document.querySelector("podium-lab");
if (embedded && lab) {
  answerParent(lab, query.get("origin"));
  lab.addEventListener("click", (event) => {
    if (event.target.closest("[data-start]")) lab.start();
  });
}
