// A backend in this page: the WebAssembly draws into the element itself.
import { ATTRIBUTES, withResolvers } from "./lab.js";

const TROUBLE = {
  en: ["Podium could not be loaded.", "Try again"],
  zh: ["Podium 没能加载完。", "再试一次"],
};

/**
 * See SEAM.md. `load` resolves to the WebAssembly module, `fetchRest` when all of it is there; `embed` waits for the first click
 * and keeps nothing.
 */
export class DirectBackend {
  #lab;
  #emit;
  #load;
  #fetchRest;
  #handle = null;

  constructor(lab, emit, { load, fetchRest, embed }) {
    this.#lab = lab;
    this.#emit = emit;
    this.#load = load;
    this.#fetchRest = fetchRest;
    this.waits = embed;
  }

  /** Loads, mounts, and resolves at the first prompt. */
  async start() {
    this.#lab.toggleAttribute("starting", true);
    try {
      const wanted = [this.#load()];
      if (this.#lab.getAttribute("lesson")) wanted.push(this.#fetchRest()); // its cluster is set up at once
      const [module] = await Promise.all(wanted);
      const ready = withResolvers();
      const options = { embed: this.waits };
      for (const name of ATTRIBUTES) options[name] = this.#value(name, this.#lab.getAttribute(name)) || undefined;
      this.#handle = module.mount(this.#lab, options, (name, detail) => {
        if (name === "ready") ready.resolve();
        else this.#emit(`podium:${name}`, detail ?? {});
      });
      await ready.promise;
      this.#fetchRest().catch(() => {}); // whoever needs it first tries again and says what is wrong
    } catch (error) {
      this.tell(error);
      throw error;
    } finally {
      this.#lab.toggleAttribute("starting", false);
    }
  }

  async run(command, terminal) {
    await this.#fetchRest();
    return this.#handle.run(command, terminal);
  }

  cancel(terminal) {
    this.#handle?.cancel(terminal);
  }

  set(name, value) {
    this.#handle?.set(name, this.#value(name, value));
  }

  disconnect() {
    this.#handle?.unmount();
    this.#handle = null;
  }

  /** An attribute as the WebAssembly wants it: `zh-CN` is `zh`, what is not there is empty. */
  #value(name, value) {
    return name === "lang" ? (value ?? "").slice(0, 2).toLowerCase() : (value ?? "");
  }

  /** The WebAssembly module: what it exports besides `mount` is in SEAM.md. */
  async module() {
    await this.#fetchRest();
    return this.#load();
  }

  /** Says over everything that it did not work, with a way to try again. */
  tell(error) {
    this.#lab.querySelector(".boot-trouble")?.remove();
    const [text, again] = TROUBLE[document.documentElement.lang] ?? TROUBLE.en;
    const box = Object.assign(document.createElement("div"), { className: "boot-trouble" });
    box.setAttribute("role", "alert");
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-line", textContent: again });
    button.addEventListener("click", () => location.reload());
    const why = Object.assign(document.createElement("code"), { textContent: String(error?.message ?? error) });
    box.append(Object.assign(document.createElement("p"), { textContent: text }), why, button);
    this.#lab.append(box);
  }
}
