// The custom element <podium-lab>: attributes in, events out, and `run()`. Where the cluster lives is the backend's
// business: in this page (direct.js) or in a frame (frame.js). SEAM.md says what a backend is.

/** Attributes a backend is told of when they change. */
export const ATTRIBUTES = ["lesson", "lang", "theme", "view", "seed"];

/** Defines <podium-lab>; `connect(lab, emit)` makes the backend of one element. A second definition changes nothing. */
export function defineLab(connect) {
  if (customElements.get("podium-lab")) return;
  customElements.define("podium-lab", class extends PodiumLab {
    connect(emit) {
      return connect(this, emit);
    }
  });
}

class PodiumLab extends HTMLElement {
  static observedAttributes = ATTRIBUTES;
  #backend = null;
  #starting = null;
  #wanted = false;
  #ready = withResolvers();
  #queues = new Map(); // terminal → the calls that wait there; the first one runs

  /** Resolves when the first prompt stands. */
  get ready() {
    return this.#ready.promise;
  }

  /** Where the cluster lives, for tests and benchmarks; null while the element is in no document. */
  get backend() {
    return this.#backend;
  }

  /** Starts the cluster unless it runs. Podium's own page starts it by itself, an embedded view at the first click. */
  start() {
    this.#wanted = true;
    if (!this.#backend) return this.ready; // as soon as the element is in a document
    this.#starting ??= this.#begin();
    return this.#starting;
  }

  async #begin() {
    await null; // `#starting` is set before anyone hears of it
    this.#emit("podium:starting", {});
    try {
      await this.#backend.start();
    } catch (error) {
      this.#starting = null; // the next call tries again
      this.#emit("podium:error", { message: String(error?.message ?? error) });
      throw error;
    }
    this.#ready.resolve();
    this.#emit("podium:ready", {});
  }

  /**
   * Runs a command line in a terminal of the lab (number 1 unless told) and resolves to `{stdout, stderr, exitCode}` when
   * it has ended. Calls wait for the cluster, and for the calls before them in the same terminal. Aborting `signal` takes a
   * waiting call out of the queue and sends a running one Ctrl-C; the promise then rejects with the signal's reason.
   */
  run(command, { signal, terminal = 1 } = {}) {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const { promise, resolve, reject } = withResolvers();
    const call = { command: String(command), running: false, resolve, reject };
    const queue = this.#queues.get(terminal) ?? [];
    signal?.addEventListener("abort", () => {
      if (call.running) this.cancel(terminal);
      else if (queue.includes(call)) queue.splice(queue.indexOf(call), 1);
      reject(signal.reason);
    }, { once: true });
    if (queue.push(call) === 1) this.#drain(terminal, queue);
    return promise;
  }

  /** Ctrl-C in a terminal. */
  cancel(terminal = 1) {
    this.#backend?.cancel(terminal);
  }

  async #drain(terminal, queue) {
    this.#queues.set(terminal, queue);
    while (queue.length > 0) {
      const call = queue[0];
      try {
        await this.start();
        if (queue[0] !== call) continue; // taken out while it waited
        call.running = true;
        call.resolve(await this.#backend.run(call.command, terminal));
      } catch (error) {
        call.reject(error);
      }
      call.running = false;
      if (queue[0] === call) queue.shift();
    }
    if (this.#queues.get(terminal) === queue) this.#queues.delete(terminal);
  }

  #emit = (type, detail) => {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  };

  connectedCallback() {
    if (this.#backend) return; // moved within the document
    this.#backend = this.connect(this.#emit);
    if (this.#wanted || !this.#backend.waits) this.start().catch(() => {}); // `podium:error` has told
  }

  disconnectedCallback() {
    queueMicrotask(() => {
      if (this.isConnected || !this.#backend) return;
      this.#backend.disconnect();
      this.#backend = this.#starting = null;
      this.#wanted = false;
      this.#ready = withResolvers();
      const gone = new DOMException("The lab was taken off the page.", "AbortError");
      for (const queue of this.#queues.values()) queue.splice(0).forEach((call) => call.reject(gone));
      this.#queues.clear();
    });
  }

  attributeChangedCallback(name, before, value) {
    if (before !== value) this.#backend?.set(name, value);
  }
}

/** A promise with its ends in the hand (Promise.withResolvers, for browsers of 2023). */
export function withResolvers() {
  let resolve, reject;
  const promise = new Promise((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
}
