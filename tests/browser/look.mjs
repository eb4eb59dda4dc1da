// Pictures of pages and charts in Chromium, cut into pieces that a person can look at.
//
//     node look.mjs FOLDER [REGEX]
//
// FOLDER has pages *.html and charts/*.svg, and gets NAME-WIDTH-MODE-PIECE.png of each whose name matches. Says what is wrong with them: see charts.mjs.

import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { flaws } from "./charts.mjs";

const [folder, only] = process.argv.slice(2);
const high = 1500;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
let pictures = 0;

// What the pictures of a file are called: a chart may have the name of a page.
const called = (file) => (file.endsWith(".svg") ? "chart-" : "") + basename(file).replace(/\.\w+$/, "");

async function look(file) {
  const context = await browser.newContext({ viewport: { width: 700, height: 900 } });
  const page = await context.newPage();
  await page.goto(pathToFileURL(file).href);
  const modes = [360, 700, 1400].flatMap((width) => ["light", "dark"].map((mode) => [width, mode]));
  for (const [width, mode] of [...modes, [700, "print"]]) {
    await page.emulateMedia(mode === "print" ? { media: "print", colorScheme: "light" } : { media: "screen", colorScheme: mode });
    await page.setViewportSize({ width, height: 900 });
    if (mode !== "dark") for (const flaw of await page.evaluate(flaws)) console.log(`${basename(file)}, ${width} px, ${mode}: ${flaw}`);
    const size = await page.evaluate(() => document.documentElement.scrollHeight);
    if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)) console.log(`${basename(file)}, ${width} px, ${mode}: wider than the window`);
    for (let top = 0, piece = 0; top < size; top += high, piece += 1) {
      const path = join(folder, `${called(file)}-${width}-${mode}-${piece}.png`);
      await page.screenshot({ path, fullPage: true, clip: { x: 0, y: top, width, height: Math.min(high, size - top) } });
      pictures += 1;
    }
  }
  await context.close();
}

const pages = readdirSync(folder).filter((name) => name.endsWith(".html"));
const charts = readdirSync(join(folder, "charts")).filter((name) => name.endsWith(".svg"));
const files = [...pages.map((name) => join(folder, name)), ...charts.map((name) => join(folder, "charts", name))];
const wanted = files.filter((file) => new RegExp(only || "").test(called(file)));
// Two at a time.
await Promise.all([0, 1].map(async () => {
  for (let file = wanted.shift(); file; file = wanted.shift()) await look(file);
}));
await browser.close();
console.log(`${pictures} pictures of ${pages.length} pages and ${charts.length} charts`);
