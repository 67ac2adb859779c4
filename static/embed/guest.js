// The other end of frame.js, inside the frame: answers the page around it, and only that page.

/** Events that the page around the frame hears too. */
const PASSED_ON = ["podium:step", "podium:solved"];

/** Offers the parent at `origin` a port through which it runs commands in `lab`; without an origin, nothing. */
export function answerParent(lab, origin) {
  if (window.parent === window || !origin) return;
  const { port1: port, port2 } = new MessageChannel();
  port.onmessage = ({ data }) => hear(lab, port, data);
  for (const name of PASSED_ON) {
    lab.addEventListener(name, (event) => port.postMessage({ type: "event", name, detail: event.detail }));
  }
  lab.addEventListener("podium:starting", () => port.postMessage({ type: "starting" }));
  lab.addEventListener("podium:ready", () => port.postMessage({ type: "ready" }));
  lab.addEventListener("podium:error", (event) => port.postMessage({ type: "trouble", message: event.detail.message }));
  try {
    window.parent.postMessage({ podium: 1, type: "hello" }, origin, [port2]);
  } catch {
    // Not an origin: the lab works by itself.
  }
}

async function hear(lab, port, { type, id, command, terminal, name, value }) {
  if (type === "start") lab.start().catch(() => {}); // `podium:error` has told
  else if (type === "cancel") lab.cancel(terminal);
  else if (type === "set") value === null ? lab.removeAttribute(name) : lab.setAttribute(name, value);
  else if (type === "run") {
    try {
      await lab.start();
      // The queue is the parent's; here the call goes straight in.
      port.postMessage({ type: "result", id, value: await lab.backend.run(command, terminal) });
    } catch (error) {
      port.postMessage({ type: "failed", id, message: String(error?.message ?? error) });
    }
  }
}
