// Pictures of pages and charts in Chromium, cut into pieces that a person can look at.
//
//     node look.mjs FOLDER
//
// FOLDER has pages *.html and charts/*.svg, and gets NAME-WIDTH-MODE-PIECE.png of each. Says what is cut off or written over something else.

import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [folder] = process.argv.slice(2);
const high = 1500;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
let pictures = 0;

// Words of a chart that leave it, or lie on each other.
function flaws() {
  const found = [];
  const boxes = (svg) =>
    [...svg.querySelectorAll("text")].filter((text) => text.textContent.trim()).map((text) => [text.textContent, text.getBoundingClientRect()]);
  for (const svg of document.querySelectorAll("svg")) {
    const title = svg.querySelector("title")?.textContent;
    const outer = svg.getBoundingClientRect();
    const words = boxes(svg);
    words.forEach(([word, box], place) => {
      if (box.left < outer.left - 1 || box.right > outer.right + 1 || box.top < outer.top - 1 || box.bottom > outer.bottom + 1)
        found.push(`${title}: "${word}" leaves the chart`);
      for (const [other, beside] of words.slice(place + 1)) {
        const wide = Math.min(box.right, beside.right) - Math.max(box.left, beside.left);
        const tall = Math.min(box.bottom, beside.bottom) - Math.max(box.top, beside.top);
        if (wide > 1 && tall > 3) found.push(`${title}: "${word}" and "${other}" lie on each other`);
      }
    });
  }
  for (const cell of document.querySelectorAll("td, th, p, li, h1, h2")) {
    const within = cell.closest(".scroll");
    if (!within && cell.scrollWidth > cell.clientWidth + 1 && cell.clientWidth > 0) found.push(`"${cell.textContent.slice(0, 40)}" is cut off`);
  }
  return found;
}

// What the pictures of a file are called: a chart may have the name of a page.
const called = (file) => (file.endsWith(".svg") ? "chart-" : "") + basename(file).replace(/\.\w+$/, "");

async function look(file, width, mode) {
  const media = mode === "print" ? { media: "print", colorScheme: "light" } : { media: "screen", colorScheme: mode };
  const context = await browser.newContext({ viewport: { width, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(240000);
  await page.emulateMedia(media);
  await page.goto(pathToFileURL(file).href);
  for (const flaw of await page.evaluate(flaws)) console.log(`${basename(file)}, ${width} px, ${mode}: ${flaw}`);
  const size = await page.evaluate(() => document.documentElement.scrollHeight);
  const whole = await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
  if (!whole) console.log(`${basename(file)}, ${width} px, ${mode}: wider than the window`);
  for (let top = 0, piece = 0; top < size; top += high, piece += 1) {
    const path = join(folder, `${called(file)}-${width}-${mode}-${piece}.png`);
    await page.screenshot({ path, fullPage: true, clip: { x: 0, y: top, width, height: Math.min(high, size - top) } });
    pictures += 1;
  }
  await context.close();
}

const pages = readdirSync(folder).filter((name) => name.endsWith(".html"));
const charts = readdirSync(join(folder, "charts")).filter((name) => name.endsWith(".svg"));
for (const file of [...pages.map((name) => join(folder, name)), ...charts.map((name) => join(folder, "charts", name))]) {
  for (const width of [360, 700, 1400]) for (const mode of ["light", "dark"]) await look(file, width, mode);
  await look(file, 700, "print");
}
await browser.close();
console.log(`${pictures} pictures of ${pages.length} pages and ${charts.length} charts`);
