// Writes hostile.csv into this folder, and hostile.json into another: the names that its page must show as text.
//
//     node hostile.mjs FOLDER

import { writeFileSync } from "node:fs";
import { join } from "node:path";

const target = 'class"><script>window.hacked=1</script>';
const columns = ["<img src=x onerror=window.hacked=2>", "a&lt;b&amp;", "'; window.hacked=3; '", "</svg><script>window.hacked=4</script>"];
const classes = ['<b onclick="window.hacked=5">bold</b>', "</td></tr></table><iframe src=javascript:window.hacked=6>", "&#60;plain&#62;"];
const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
// The middle of what a generator of Lehmer's gives: the same everywhere.
let state = 1;
const next = () => (state = (state * 48271) % 2147483647) / 2147483647;
const rows = [[...columns, target].map(quoted).join(",")];
for (let row = 0; row < 240; row += 1) {
  const kind = row % classes.length;
  const numbers = columns.map((_, column) => ((column === kind ? 1 : 0) + next()).toFixed(4));
  rows.push([...numbers, quoted(classes[kind])].join(","));
}
writeFileSync("hostile.csv", `${rows.join("\n")}\n`);
writeFileSync(join(process.argv[2], "hostile.json"), JSON.stringify([...classes, ...columns]));
