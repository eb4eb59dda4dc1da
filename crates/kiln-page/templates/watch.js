// Asks for the sections of the page that have changed, and puts them in their places.
(() => {
  "use strict";
  const every = 2000;
  const main = document.getElementById("content");
  const state = document.getElementById("state");
  const links = document.querySelector("nav ul");
  const versions = new Map(
    document.body.dataset.versions.split("&").filter(Boolean).map((known) => known.split("=")),
  );
  const id = (section) => section.getAttribute("aria-labelledby");
  const places = () => new Map([...main.children].map((section) => [id(section), section]));

  // What is open stays open, and what has the focus keeps it.
  function replace(old, next) {
    const open = [...old.querySelectorAll("details")].map((details) => details.open);
    next.querySelectorAll("details").forEach((details, place) => (details.open = Boolean(open[place])));
    const all = (section) => [...section.querySelectorAll("[tabindex], a, summary")];
    const focus = all(old).indexOf(document.activeElement);
    old.replaceWith(next);
    all(next)[focus]?.focus({ preventScroll: true });
  }

  function show(found) {
    if (state.textContent !== found.state) state.textContent = found.state;
    document.querySelector("header > .soft").textContent = found.subtitle;
    for (const section of found.sections) {
      const holder = document.createElement("template");
      holder.innerHTML = section.html;
      const next = holder.content.firstElementChild;
      const old = places().get(section.id);
      if (old) replace(old, next);
      else main.append(next);
      versions.set(section.id, section.version);
    }
    const there = places();
    for (const [name, section] of there) {
      if (!found.order.includes(name)) {
        section.remove();
        versions.delete(name);
      }
    }
    const order = [...main.children].map(id).join(" ");
    if (order !== found.order.join(" ")) found.order.forEach((name) => main.append(places().get(name)));
    const shown = [...links.children].map((item) => item.firstChild.getAttribute("href").slice(1)).join(" ");
    if (shown !== found.order.join(" ")) {
      links.replaceChildren(
        ...found.order.map((name) => {
          const item = document.createElement("li");
          const link = item.appendChild(document.createElement("a"));
          link.href = `#${name}`;
          link.textContent = document.getElementById(name).textContent;
          return item;
        }),
      );
    }
  }

  async function look() {
    let wait = every;
    if (!document.hidden) {
      const known = [...versions].map((pair) => pair.join("=")).join("&");
      try {
        const answer = await fetch(`changes?${known}`, { cache: "no-store" });
        const found = await answer.json();
        if (answer.ok) show(found);
        else state.textContent = found.error;
      } catch {
        state.textContent = "Nobody answers: kiln watch has been stopped. The page is as it was last.";
        wait = 5 * every;
      }
    }
    setTimeout(look, wait);
  }

  setTimeout(look, every);
})();
