// What is wrong with the charts of a page: words that lie on each other or leave their chart, ticks that are not round, names away from
// their lines, words of the page that are cut off. And the faults that show that each of these is found.

// Runs in the page. Gives a sentence for each flaw.
export function flaws() {
  const found = [];
  // A box is as high as the font; what is seen of a word is less.
  const seen = (text) => {
    const { left, right, top, bottom } = text.getBoundingClientRect();
    const room = (bottom - top) * 0.15;
    // Words that stand upright are as wide as the font is high.
    const upright = /rotate/.test(text.getAttribute("transform") ?? "");
    return upright ? { left: left + (right - left) * 0.15, right: right - (right - left) * 0.15, top, bottom } : { left, right, top: top + room, bottom: bottom - room };
  };
  const close = (one, other) => Math.abs(one - other) <= 1e-6 * Math.max(Math.abs(one), Math.abs(other), 1e-300);
  const isRound = (number) => {
    const size = Math.abs(number);
    const digits = size / 10 ** Math.floor(Math.log10(size) + 1e-9);
    return [1, 2, 5, 10].some((round) => close(digits, round));
  };
  for (const svg of document.querySelectorAll("svg.kiln-chart")) {
    const title = svg.querySelector("title")?.textContent;
    const outer = svg.getBoundingClientRect();
    if (outer.width === 0) continue;
    const words = [...svg.querySelectorAll("text")].filter((text) => text.textContent.trim()).map((text) => [text.textContent, seen(text)]);
    words.forEach(([word, box], place) => {
      if (box.left < outer.left - 1 || box.right > outer.right + 1 || box.top < outer.top - 1 || box.bottom > outer.bottom + 1)
        found.push(`${title}: "${word}" leaves the chart`);
      for (const [other, beside] of words.slice(place + 1)) {
        const wide = Math.min(box.right, beside.right) - Math.max(box.left, beside.left);
        const tall = Math.min(box.bottom, beside.bottom) - Math.max(box.top, beside.top);
        if (wide > 0.5 && tall > 0.5) found.push(`${title}: "${word}" and "${other}" lie on each other`);
      }
    });
    for (const axis of svg.querySelectorAll("g.ticks")) {
      const labels = [...axis.querySelectorAll("text")].map((text) => text.textContent.trim());
      const values = labels.map((label) => Number(label.replaceAll(",", "") || NaN));
      const steps = values.slice(1).map((value, place) => value - values[place]);
      const largest = Math.max(...values.map(Math.abs));
      const even = steps.every((step) => Math.abs(step - steps[0]) <= 1e-6 * largest) && (steps.length === 0 || isRound(steps[0]));
      if (values.some(Number.isNaN) || !(even || values.every(isRound))) found.push(`${title}: the ticks ${labels.join(" ")} are not round`);
    }
    for (const name of svg.querySelectorAll("g.name")) {
      const [leader, text] = [name.querySelector("path"), name.querySelector("text")];
      const curve = [...svg.querySelectorAll(`path.${leader.classList[0]}[stroke-width]`)].find((path) => !path.closest("g.name"));
      const start = leader.getPointAtLength(0);
      const ends = curve ? [curve.getPointAtLength(0), curve.getPointAtLength(curve.getTotalLength())] : [];
      const [line, word] = [leader.getBoundingClientRect(), text.getBoundingClientRect()];
      const apart = Math.max(word.left - line.right, line.left - word.right, word.top - line.bottom, line.top - word.bottom, 0);
      if (apart > 8 || !ends.some((end) => Math.abs(end.y - start.y) < 1.5)) found.push(`${title}: "${text.textContent}" stands away from its line`);
    }
  }
  for (const cell of document.querySelectorAll("td, th, p, li, h1, h2, summary, .text > div, figcaption")) {
    const within = cell.closest(".scroll");
    if (!within && cell.scrollWidth > cell.clientWidth + 1 && cell.clientWidth > 0) found.push(`"${cell.textContent.slice(0, 40)}" is cut off`);
  }
  return found;
}

// Faults as they were in charts once: what is done to a page that has all kinds of charts, and what must be said of it. Each runs in the page.
export const faults = [
  {
    called: "a label on its neighbour",
    plant: () => {
      const [one, other] = document.querySelectorAll("svg.kiln-chart g.ticks text");
      for (const place of ["x", "y", "text-anchor"]) other.setAttribute(place, one.getAttribute(place));
    },
    says: "lie on each other",
  },
  {
    called: "a heading that is too long",
    plant: () => (document.querySelector("svg.kiln-chart > text").textContent = "A heading of many words ".repeat(9)),
    says: "leaves the chart",
  },
  {
    called: "a label beyond the edge",
    plant: () => document.querySelector("svg.kiln-chart g.ticks text").setAttribute("x", "5"),
    says: "leaves the chart",
  },
  {
    called: "upright words that are too long",
    plant: () => (document.querySelector("svg.kiln-chart text[transform]").textContent = "what is measured ".repeat(6)),
    says: "leaves the chart",
  },
  {
    called: "ticks at the ends of the data",
    plant: () => {
      const labels = document.querySelectorAll("svg.kiln-chart g.ticks")[0].querySelectorAll("text");
      ["0.2522", "0.8351", "1.418"].forEach((label, place) => labels[place] && (labels[place].textContent = label));
    },
    says: "0.2522 0.8351 1.418",
  },
  {
    called: "a step of 3",
    plant: () => document.querySelectorAll("svg.kiln-chart g.ticks")[0].querySelectorAll("text").forEach((text, place) => (text.textContent = 3 * place)),
    says: "are not round",
  },
  {
    called: "a name away from its line",
    plant: () => {
      const name = document.querySelector("svg.kiln-chart g.name text");
      name.setAttribute("y", Number(name.getAttribute("y")) - 60);
    },
    says: "stands away from its line",
  },
  {
    called: "a name at another line",
    plant: () => {
      const leader = document.querySelector("svg.kiln-chart g.name path");
      leader.setAttribute("d", leader.getAttribute("d").replace(/^M(\S+) (\S+)L/, (_, x, y) => `M${x} ${Number(y) + 9}L`));
    },
    says: "stands away from its line",
  },
  {
    called: "words of the page without room",
    plant: () => Object.assign(document.querySelector("main p").style, { width: "40px", whiteSpace: "nowrap" }),
    says: "is cut off",
  },
];
