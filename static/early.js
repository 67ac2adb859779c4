// Runs before the first paint: what the page's address, or an earlier choice, says about language, theme and parts is
// set at once, so that nothing moves when the WebAssembly arrives. Nothing here may throw.
(() => {
  const html = document.documentElement;
  const query = new URLSearchParams(location.search);
  const embedded = query.get("embed") === "1";
  const kept = (name) => {
    try {
      return localStorage.getItem("podium." + name);
    } catch {
      return null; // storage is switched off
    }
  };
  const choose = (wishes, allowed) => wishes.find((value) => allowed.includes(value));

  const languages = [query.get("lang"), kept("lang"), ...navigator.languages];
  html.lang = choose(languages.map((tag) => tag?.slice(0, 2).toLowerCase()), ["en", "zh"]) ?? "en"; // zh-CN is zh
  const theme = choose([query.get("theme"), kept("theme")], ["light", "dark"]);
  if (theme) html.dataset.theme = theme;
  const split = parseFloat(kept("split"));
  if (split >= 20 && split <= 80) html.style.setProperty("--split", split + "%");

  if (embedded) poster(query.get("view"));
  else {
    if (query.get("lesson")) lessonFirst();
    download();
  }

  /** The download begins before the styles are there. */
  function download() {
    const begin = (rel, name, as) => {
      const { content } = document.querySelector(`meta[name="${name}"]`);
      const link = Object.assign(document.createElement("link"), { rel, href: content, crossOrigin: "anonymous" });
      if (as) link.as = as;
      document.head.append(link);
    };
    begin("modulepreload", "podium-js");
    begin("preload", "podium-wasm", "fetch");
  }

  /** Who comes for a lesson sees it first where only one of the two has room: as soon as the parser has met the tabs. */
  function lessonFirst() {
    new MutationObserver((_, observer) => {
      const tabs = document.querySelectorAll(".tabs-phone [role=tab]");
      if (tabs.length < 2) return;
      Object.assign(document.querySelector(".app").dataset, { tab: "lesson", lesson: "open" });
      tabs.forEach((tab, i) => tab.setAttribute("aria-selected", String(i === 1)));
      observer.disconnect();
    }).observe(html, { childList: true, subtree: true });
  }

  /** The embedded view before the first click: its parts with a button over them, as soon as the parser has met them. */
  function poster(view) {
    new MutationObserver((_, observer) => {
      const app = document.querySelector(".app");
      const start = document.querySelector("[data-start]");
      if (app) app.dataset.view = "embed";
      if (app && /^(terminal|picture)$/.test(view)) app.dataset.parts = view;
      if (!start) return;
      start.hidden = false;
      observer.disconnect();
    }).observe(html, { childList: true, subtree: true });
  }
})();
