// A backend in a frame: Podium's page in its embedded view, spoken to over a message port. The frame sends the port to
// this page's origin alone, and is believed only when it is the element's own frame at Podium's origin.
import { ATTRIBUTES, withResolvers } from "./lab.js";

const TITLE = { en: "Podium: a simulated Kubernetes cluster", zh: "Podium：模拟的 Kubernetes 集群" };
const STYLE = `
  :host { display: block; block-size: var(--podium-height, 34rem); contain: strict; }
  :host([hidden]) { display: none; }
  :host([view="terminal"]) { block-size: var(--podium-height, 20rem); }
  iframe { display: block; inline-size: 100%; block-size: 100%; border: 0; border-radius: inherit; }
`;

/** See SEAM.md. `page` is the address of Podium's page. */
export class FrameBackend {
  waits = true;
  #lab;
  #emit;
  #frame;
  #origin;
  #port = withResolvers(); // resolves when the frame has sent it
  #greeted = false;
  #ready = withResolvers();
  #calls = new Map(); // number → its promise's ends
  #last = 0;

  constructor(lab, emit, page) {
    this.#lab = lab;
    this.#emit = emit;
    this.#origin = page.origin;
    const address = new URL(page);
    address.searchParams.set("embed", "1");
    for (const name of ATTRIBUTES) {
      if (lab.hasAttribute(name)) address.searchParams.set(name, lab.getAttribute(name));
    }
    // A page opened from a file has no origin; its labs work, without run() and events.
    if (location.origin !== "null") address.searchParams.set("origin", location.origin);
    this.#frame = document.createElement("iframe");
    this.#frame.title = TITLE[lab.lang.slice(0, 2)] ?? TITLE.en;
    this.#frame.allow = "clipboard-write";
    this.#frame.loading = "lazy";
    this.#frame.src = address.href;
    window.addEventListener("message", this.#hello);
    const root = lab.shadowRoot ?? lab.attachShadow({ mode: "open" });
    const style = new CSSStyleSheet();
    style.replaceSync(STYLE);
    root.adoptedStyleSheets = [style];
    root.replaceChildren(this.#frame);
  }

  async start() {
    if (location.origin === "null") throw new Error("This page has no origin, so it cannot speak to the lab.");
    this.#frame.loading = "eager";
    (await this.#port.promise).postMessage({ type: "start" });
    await this.#ready.promise;
  }

  async run(command, terminal) {
    const id = ++this.#last;
    const call = withResolvers();
    this.#calls.set(id, call);
    (await this.#port.promise).postMessage({ type: "run", id, command, terminal });
    return call.promise;
  }

  async cancel(terminal) {
    (await this.#port.promise).postMessage({ type: "cancel", terminal });
  }

  async set(name, value) {
    (await this.#port.promise).postMessage({ type: "set", name, value });
  }

  disconnect() {
    window.removeEventListener("message", this.#hello);
    this.#port.promise.then((port) => port.close());
    this.#frame.remove();
  }

  #hello = (event) => {
    const ours = event.source === this.#frame.contentWindow && event.origin === this.#origin;
    if (!ours || event.data?.podium !== 1 || event.data.type !== "hello" || !event.ports[0]) return;
    const port = event.ports[0];
    port.onmessage = ({ data }) => this.#hear(data);
    if (this.#greeted) this.#port = withResolvers(); // the reader reloaded the frame: a new page, a new port
    for (const id of [...this.#calls.keys()]) this.#settle(id, (call) => call.reject(new Error("The lab was reloaded.")));
    this.#greeted = true;
    this.#port.resolve(port);
  };

  #hear({ type, id, value, name, detail, message }) {
    if (type === "starting") this.#lab.start().catch(() => {}); // the reader clicked in the frame
    else if (type === "ready") this.#ready.resolve();
    else if (type === "event") this.#emit(name, detail);
    else if (type === "trouble") this.#trouble(message);
    else if (type === "result") this.#settle(id, (call) => call.resolve(value));
    else if (type === "failed") this.#settle(id, (call) => call.reject(new Error(message)));
  }

  /** It could not start: whoever waits for it hears so, and the next start waits anew. */
  #trouble(message) {
    this.#ready.reject(new Error(message));
    this.#ready = withResolvers();
  }

  #settle(id, how) {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (call) how(call);
  }
}
