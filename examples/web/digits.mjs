// A hundred of the bundled digits as an IDX file.
//
//     node digits.mjs DIGITS.csv.gz OUTPUT

import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const [source, output] = process.argv.slice(2);
const rows = gunzipSync(readFileSync(source)).toString().trim().split("\n").slice(1);
const digits = rows.filter((_, row) => row % 17 === 0).slice(0, 100).map((row) => row.split(",").slice(0, 64).map(Number));
const header = Buffer.alloc(16);
[0x0803, digits.length, 8, 8].forEach((number, place) => header.writeUInt32BE(number, 4 * place));
writeFileSync(output, Buffer.concat([header, Buffer.from(digits.flat())]));
