// Draws in the page in Chromium: the probabilities are those of `kiln predict`, a mouse and a finger draw, and axe finds nothing.
//
//     node check.mjs FOLDER DIGITS NATIVE
//
// FOLDER has the page and gets pictures of it. DIGITS is an IDX file, NATIVE what `kiln predict --proba` says of it.

import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [folder, digits, native] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const wrong = [];
let looked = 0;

function check(is, what) {
  looked += 1;
  if (!is) wrong.push(what);
}

const TYPES = { html: "text/html; charset=utf-8", wasm: "application/wasm", kiln: "application/octet-stream" };
const FILES = ["index.html", "kiln_web.wasm", "model.kiln"];
const server = createServer((request, response) => {
  const name = request.url === "/" ? "index.html" : request.url.slice(1);
  if (!FILES.includes(name)) return response.writeHead(404).end();
  response.writeHead(200, { "content-type": TYPES[name.split(".").pop()] }).end(readFileSync(join(folder, name)));
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const address = `http://127.0.0.1:${server.address().port}/`;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });

async function open(options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(address);
  await page.waitForFunction(() => window.kiln, undefined, { timeout: 30_000 });
  return { context, page, complaints };
}

const answer = (page) => page.locator("#answer").textContent();

// The bars, which show the same as the answer.
async function shown(page) {
  const shares = await page.locator("#bars tr td:last-child").allTextContents();
  const best = await page.locator("#bars tr.best th").textContent();
  return { best, sum: shares.reduce((sum, share) => sum + Number.parseFloat(share), 0) };
}

async function axeFinds(page, of) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
  );
  for (const { id, nodes } of violations) check(false, `${of}: axe: ${id}, such as ${nodes[0].html.slice(0, 160)}`);
  check(true);
}

// The same numbers as outside the browser.
async function compare() {
  const images = readFileSync(digits).subarray(16);
  const rows = readFileSync(native, "utf8").trim().split("\n").map((line) => JSON.parse(line));
  const { context, page, complaints } = await open({});
  const [names, found, one, micros] = await page.evaluate(
    ([bytes, size]) => {
      const { classes, predict, time } = window.kiln;
      const single = Uint8Array.from(bytes.slice(0, size));
      return [classes, [...predict(Uint8Array.from(bytes))], [...predict(single)], time(20_000)];
    },
    [[...images], images.length / rows.length],
  );
  let off = 0;
  rows.forEach(({ prediction, probabilities }, row) => {
    const shares = found.slice(row * names.length, (row + 1) * names.length);
    names.forEach((name, place) => (off = Math.max(off, Math.abs(shares[place] - probabilities[name]))));
    check(names[shares.indexOf(Math.max(...shares))] === prediction, `digit ${row} is another one natively, ${prediction}`);
  });
  check(rows.length === 100 && found.length === 1000, `there are ${found.length} probabilities of ${rows.length} digits`);
  check(off <= 1e-5, `a probability is off by ${off}`);
  one.forEach((share, place) => (off = Math.max(off, Math.abs(share - found[place]))));
  check(off <= 1e-5, `a digit alone is off by ${off}`);
  const failure = await page.evaluate(() => {
    try {
      return window.kiln.predict(new Uint8Array(63));
    } catch (error) {
      return error.message;
    }
  });
  check(/8 × 8/.test(failure), `a part of an image gives ${failure}`);
  check(complaints.length === 0, `the console says ${complaints}`);
  await context.close();
  const size = statSync(join(folder, "kiln_web.wasm")).size;
  console.log(`${rows.length} digits off by ${off.toExponential(1)} at most; ${size} bytes; ${micros.toFixed(1)} µs a prediction`);
}

// A one by the mouse, a zero by a finger, an example by the keyboard, in light and dark, narrow and wide.
async function draw() {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [360, 1280]) {
      const of = `${colorScheme}, ${width} px`;
      const { context, page, complaints } = await open({ colorScheme, hasTouch: true, viewport: { width, height: 800 } });
      const box = await page.locator("#paper").boundingBox();
      const at = (x, y) => [box.x + x * box.width, box.y + y * box.height];
      check((await answer(page)) === "Draw a digit.", `${of}: the page begins with ${await answer(page)}`);

      await page.mouse.move(...at(0.5, 0.15));
      await page.mouse.down();
      await page.mouse.move(...at(0.5, 0.85), { steps: 12 });
      await page.mouse.up();
      check((await answer(page)).startsWith("This is 1,"), `${of}: a stroke of the mouse: ${await answer(page)}`);

      await page.locator("#clear").click();
      check((await answer(page)) === "Draw a digit.", `${of}: what is cleared is ${await answer(page)}`);
      const touch = await context.newCDPSession(page);
      const put = (type, points) => touch.send("Input.dispatchTouchEvent", { type, touchPoints: points.map(([x, y]) => ({ x, y })) });
      const round = (step) => at(0.5 + 0.22 * Math.sin(step / 4), 0.5 - 0.35 * Math.cos(step / 4));
      await put("touchStart", [round(0)]);
      for (let step = 1; step <= 26; step += 1) await put("touchMove", [round(step)]);
      await put("touchEnd", []);
      await page.waitForFunction(() => document.getElementById("answer").textContent.startsWith("This is"));
      check((await answer(page)).startsWith("This is 0,"), `${of}: a ring by a finger: ${await answer(page)}`);
      check((await page.evaluate(() => window.scrollY)) === 0, `${of}: the finger moved the page`);
      const { best, sum } = await shown(page);
      check(best === "0" && Math.abs(sum - 100) < 1, `${of}: the bars show ${best}, ${sum} % in all`);
      check(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${of}: it is too wide`);
      await page.screenshot({ path: join(folder, `page-${colorScheme}-${width}.png`), fullPage: true });

      await page.locator("#example").focus();
      await page.keyboard.press("Enter");
      check((await answer(page)).startsWith("This is 3,"), `${of}: the example of a 3: ${await answer(page)}`);
      await axeFinds(page, of);
      check(complaints.length === 0, `${of}: the console says ${complaints}`);
      await context.close();
    }
  }
}

await compare();
await draw();
await browser.close();
server.close();
for (const what of new Set(wrong)) console.error(`wrong: ${what}`);
console.log(`${looked - wrong.length} passed, ${wrong.length} failed`);
process.exit(wrong.length === 0 ? 0 : 1);
