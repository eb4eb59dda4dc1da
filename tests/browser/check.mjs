// Looks at pages in Chromium: no error, no request, nothing too wide, axe without violations, in light and dark, narrow and wide, on
// paper and by keyboard; what is hostile is shown as text; no flaw in any chart at any width (charts.mjs), and every planted one is found.
//
//     node check.mjs FOLDER [WATCHED SEVERAL CORPUS]
//
// FOLDER has the pages *.html and the charts charts/*.svg, and gets pictures of the pages. With the addresses of `kiln watch` it is these alone that are
// looked at: WATCHED is that of a training in progress, SEVERAL that of two runs, CORPUS that of a language model in training.

import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { faults, flaws } from "./charts.mjs";

const [folder, watched, several, corpus] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// As .ci/run puts them into the data.
const hostile = JSON.parse(readFileSync(join(folder, "hostile.json"), "utf8"));
const wrong = [];
let looked = 0;
let drawn = 0;

function check(is, what) {
  looked += 1;
  if (!is) wrong.push(what);
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });

// Opens a page in a browser of its own, and counts what it complains of or asks for.
async function open(address, options) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints = [];
  const requests = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(address);
  return { context, page, complaints, requests };
}

async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() =>
    axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
  );
  return found.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.length} times, such as ${nodes[0].html.slice(0, 160)} (${nodes[0].failureSummary.replace(/\s+/g, " ").slice(0, 200)})`,
  );
}

async function isNarrow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
}

async function report(file) {
  const name = basename(file, ".html");
  const address = pathToFileURL(file).href;
  // What does not fit is seen in charts(), at every width.
  for (const [colorScheme, width] of [["light", 360], ["dark", 1280]]) {
    const of = `${name}, ${colorScheme}, ${width} px`;
    const { context, page, complaints, requests } = await open(address, { colorScheme, viewport: { width, height: 900 } });
    check(complaints.length === 0, `${of}: the console says ${complaints}`);
    check(requests.every((url) => url === address || url.startsWith("data:")), `${of}: it asks for ${requests}`);
    for (const found of await violations(page)) check(false, `${of}: axe: ${found}`);
    check(await page.evaluate(() => document.scripts.length === 0 && window.hacked === undefined), `${of}: it has a script`);
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${width}.png`), fullPage: true });
    await context.close();
  }
  await keyboard(name, address);
  await paper(name, address);
  if (name.startsWith("hostile")) await text(name, address);
}

// Every chart of a page or a file, at every width. Light and dark have the same words in the same places.
async function charts(file) {
  const { context, page } = await open(pathToFileURL(file).href, {});
  for (const width of [360, 700, 1400]) {
    await page.setViewportSize({ width, height: 900 });
    const found = await page.evaluate(flaws);
    check(found.length === 0, `${basename(file)}, ${width} px: ${found.join("; ")}`);
    if (file.endsWith(".html")) check(await isNarrow(page), `${basename(file)}, ${width} px: it is wider than the window`);
  }
  drawn += await page.evaluate(() => document.querySelectorAll("svg.kiln-chart").length);
  await context.close();
}

// A check that finds nothing may be blind: what was wrong with charts once is found where it is planted.
async function planted(file) {
  for (const width of [700, 1400]) {
    for (const { called, plant, says } of faults) {
      const { context, page } = await open(pathToFileURL(file).href, { viewport: { width, height: 900 } });
      check(!(await page.evaluate(flaws)).some((flaw) => flaw.includes(says)), `${called}: it is there before it is planted`);
      await page.evaluate(plant);
      check((await page.evaluate(flaws)).some((flaw) => flaw.includes(says)), `${width} px: ${called} is not found`);
      await context.close();
    }
  }
}

// The first key leads to the content; everything that scrolls and every heading that folds is reached, and seen.
async function keyboard(name, address) {
  const { context, page } = await open(address, {});
  await page.keyboard.press("Tab");
  const skip = await page.evaluate(() => {
    const place = document.activeElement.getBoundingClientRect();
    return document.activeElement.getAttribute("href") === "#content" && place.left >= 0 && place.top >= 0;
  });
  check(skip, `${name}: the first Tab does not show the link to the content`);
  const wanted = await page.evaluate(() => document.querySelectorAll("a[href], summary, [tabindex='0']").length);
  const reached = new Set();
  for (let press = 0; press < 4 * wanted && reached.size < wanted; press += 1) {
    const place = await page.evaluate(() => {
      const all = [...document.querySelectorAll("a[href], summary, [tabindex='0']")];
      const active = document.activeElement;
      // What the keyboard is at has a line around it.
      const seen = getComputedStyle(active).outlineStyle !== "none";
      if (active.tagName === "SUMMARY") active.parentElement.open = true;
      return seen ? all.indexOf(active) : -2;
    });
    if (place === -2) check(false, `${name}: what has the focus does not show it`);
    reached.add(place);
    await page.keyboard.press("Tab");
  }
  reached.delete(-1);
  check(reached.size === wanted, `${name}: the keyboard reaches ${reached.size} of ${wanted} places`);
  const details = page.locator("details > summary").first();
  if (await details.count()) {
    const before = await page.evaluate(() => document.querySelector("details").open);
    await details.focus();
    await page.keyboard.press("Enter");
    check((await page.evaluate(() => document.querySelector("details").open)) !== before, `${name}: Enter does not fold`);
  }
  await context.close();
}

async function paper(name, address) {
  const { context, page } = await open(address, { viewport: { width: 794, height: 1123 }, colorScheme: "dark" });
  await page.emulateMedia({ media: "print", colorScheme: "light" });
  await page.screenshot({ path: join(folder, `${name}-print.png`), fullPage: true });
  const nav = await page.evaluate(() => getComputedStyle(document.querySelector("nav")).display);
  check(nav === "none", `${name}: links are printed`);
  const pdf = join(folder, `${name}.pdf`);
  await page.pdf({ path: pdf, format: "A4" });
  check(statSync(pdf).size > 5000, `${name}: nothing is printed`);
  await context.close();
}

// What the names of classes and columns say is read, and not done.
async function text(name, address) {
  const { context, page } = await open(address, {});
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
  const shown = await page.evaluate(() => document.body.textContent);
  // The charts cut long names; folds have classes alone.
  const wanted = name === "hostile-folds" ? hostile.slice(0, 3) : hostile;
  for (const word of wanted) check(shown.includes(word), `${name}: ${word} is not shown as it is`);
  const odd = await page.evaluate(
    () => document.querySelectorAll("img:not([src^='data:']), script, iframe, object, [onerror], [onload], [onclick], base").length,
  );
  check(odd === 0 && (await page.evaluate(() => window.hacked === undefined)), `${name}: a name has become an element`);
  await context.close();
}

// A training in progress: the page follows it, without moving under the reader.
async function live() {
  const { context, page, complaints, requests } = await open(watched, { viewport: { width: 900, height: 500 } });
  const state = () => page.evaluate(() => document.getElementById("state").textContent);
  const first = await state();
  check(/^running, /.test(first), `watch: the state is ${first}`);
  await page.waitForFunction(() => document.querySelector("#content svg"), undefined, { timeout: 60_000 });
  for (const found of await violations(page)) check(false, `watch: axe: ${found}`);
  await page.evaluate(() => document.querySelector("details").setAttribute("open", ""));
  await page.evaluate(() => (window.same = document.getElementById("configuration")));
  await page.locator("details summary").first().focus();
  await page.evaluate(() => window.scrollTo(0, 400));
  const before = await page.evaluate(() => [window.scrollY, document.querySelector("#content svg").outerHTML]);
  await page.waitForFunction((was) => document.querySelector("#content svg").outerHTML !== was, before[1], { timeout: 60_000 });
  const after = await page.evaluate(() => [window.scrollY, document.querySelector("details").open, document.activeElement.tagName]);
  check(before[0] === 400 && after[0] === before[0], `watch: the page moved from ${before[0]} to ${after[0]}`);
  check(after[1] && after[2] === "SUMMARY", "watch: what was open or had the focus is not so any more");
  check(await page.evaluate(() => window.same.isConnected), "watch: what has not changed was replaced");
  check((await state()) !== first, "watch: the state does not follow");
  await page.screenshot({ path: join(folder, "watch.png"), fullPage: true });
  const own = new URL(watched).origin;
  check(requests.every((url) => new URL(url).origin === own), `watch: it asks for ${requests}`);
  check(complaints.length === 0, `watch: the console says ${complaints}`);
  writeFileSync(join(folder, "stop"), "");
  await page.waitForFunction(() => document.getElementById("state").textContent.startsWith("stopped after"), undefined, { timeout: 60_000 });
  const subtitle = await page.evaluate(() => document.querySelector("header > .soft").textContent);
  check(subtitle.startsWith("digits, stopped, "), `watch: the line below the title is ${subtitle}`);
  writeFileSync(join(folder, "leave"), "");
  await page.waitForFunction(() => document.getElementById("state").textContent.startsWith("Nobody answers"), undefined, { timeout: 60_000 });
  await context.close();
}

// Several runs side by side, one of them in progress.
async function sideBySide() {
  const { context, page, complaints, requests } = await open(several, { viewport: { width: 1280, height: 900 } });
  const state = () => page.evaluate(() => document.getElementById("state").textContent);
  const first = await state();
  check(/: done, after 3 epochs;.*; .*: running, /.test(first), `several: the state is ${first}`);
  await page.waitForFunction(() => [...document.querySelectorAll("#content svg.kiln-chart")].some((svg) => svg.querySelectorAll("g.name").length === 2), undefined, { timeout: 60_000 });
  await page.waitForFunction((was) => document.getElementById("state").textContent !== was, first, { timeout: 60_000 });
  const headings = await page.evaluate(() => [...document.querySelectorAll("h2")].map((heading) => heading.textContent));
  check(["Scores", "Differences", "Training"].every((heading) => headings.includes(heading)), `several: it has ${headings}`);
  const found = await page.evaluate(flaws);
  check(found.length === 0, `several: ${found.join("; ")}`);
  for (const found of await violations(page)) check(false, `several: axe: ${found}`);
  check(complaints.length === 0 && requests.every((url) => url.startsWith(new URL(several).origin)), `several: ${complaints} ${requests}`);
  await page.screenshot({ path: join(folder, "watch-several.png"), fullPage: true });
  await context.close();
}

// A language model in training: its curves, and what it writes.
async function language() {
  const { context, page, complaints } = await open(corpus, { viewport: { width: 900, height: 900 } });
  const text = () => page.evaluate(() => document.querySelector("#content .tokens")?.textContent);
  await page.waitForFunction(() => document.querySelector("#content svg.kiln-chart") && document.querySelector("#content .tokens"), undefined, { timeout: 60_000 });
  const first = await text();
  await page.waitForFunction((was) => document.querySelector("#content .tokens").textContent !== was, first, { timeout: 60_000 });
  const words = await page.evaluate(() => document.querySelector("main").textContent);
  check(["perplexity", "bits per byte", "tokens", "What it writes"].every((word) => words.includes(word)), "corpus: something is missing");
  const found = await page.evaluate(flaws);
  check(found.length === 0, `corpus: ${found.join("; ")}`);
  for (const found of await violations(page)) check(false, `corpus: axe: ${found}`);
  check(complaints.length === 0, `corpus: the console says ${complaints}`);
  await page.screenshot({ path: join(folder, "watch-corpus.png"), fullPage: true });
  await context.close();
}

// Two at a time.
async function each(files, what) {
  const left = [...files];
  const one = async () => {
    for (let file = left.shift(); file; file = left.shift()) await what(file);
  };
  await Promise.all([one(), one()]);
}

const inFolder = (folder, ending) => readdirSync(folder).filter((file) => file.endsWith(ending)).sort().map((file) => join(folder, file));
const [pages, files] = [inFolder(folder, ".html"), inFolder(join(folder, "charts"), ".svg")];
const took = async (what, doing) => {
  const began = Date.now();
  await doing();
  console.log(`  ${what}: ${((Date.now() - began) / 1000).toFixed(0)} s`);
};
if (watched) {
  await took("watch of several", sideBySide);
  await took("watch of a corpus", language);
  await took("watch", live);
} else {
  await took("charts", () => each([...pages, ...files], charts));
  check(drawn > 60, `there are only ${drawn} charts`);
  await took("planted faults", () => planted(join(folder, "classes.html")));
  await took("pages", () => each(pages, report));
}
await browser.close();
for (const what of new Set(wrong)) console.error(`wrong: ${what}`);
const failed = new Set(wrong).size;
console.log(`${looked - wrong.length} passed, ${failed} failed${watched ? "" : `; ${drawn} charts on ${pages.length} pages and in ${files.length} files`}`);
process.exit(failed === 0 ? 0 : 1);
