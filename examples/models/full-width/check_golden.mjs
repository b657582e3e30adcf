#!/usr/bin/env node
// Compares an output of a model with ONNX Runtime's, as far as golden.json keeps it (by default the full-width block's).
//
//   node check_golden.mjs OUT.npz [GOLDEN.json]
//
// Tolerances: every compared figure within 1e-4 of the largest absolute value of the output, and within 1e-3 of the
// largest absolute value of its row. Exit code 0 if all hold, 1 if one does not, 2 if there is nothing to compare.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readNpz } from "./npz.mjs";
import { rowStatistics } from "./statistics.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const OUTPUT_TOLERANCE = 1e-4;
const ROW_TOLERANCE = 1e-3;

function unusable(message) {
  console.error(`check_golden: ${message}`);
  process.exit(2);
}

const [path, goldenPath = join(HERE, "golden.json"), ...rest] = process.argv.slice(2);
if (!path || rest.length) unusable("usage: node check_golden.mjs OUT.npz [GOLDEN.json]");
const golden = JSON.parse(readFileSync(goldenPath, "utf8"));
let arrays;
try {
  arrays = readNpz(path);
} catch (error) {
  unusable(error.message);
}
const result = arrays[golden.output];
if (!result) unusable(`no array "${golden.output}" in ${path}; it has: ${Object.keys(arrays).join(", ")}`);
if (result.shape.join() !== golden.shape.join()) unusable(`shape [${result.shape}], expected [${golden.shape}]`);

const columns = golden.shape.at(-1);
const rows = golden.row_statistics.length;
const rowMax = golden.row_statistics.map((row) => row.max_abs);
const outputMax = Math.max(...rowMax);

let worst = { output: 0, row: 0 };
const failures = [];
function compare(what, row, actual, expected) {
  const difference = Math.abs(actual - expected);
  worst = { output: Math.max(worst.output, difference / outputMax), row: Math.max(worst.row, difference / rowMax[row]) };
  // Written so that a NaN fails.
  if (!(difference <= OUTPUT_TOLERANCE * outputMax && difference <= ROW_TOLERANCE * rowMax[row]))
    failures.push(`${what}: ${actual}, expected ${expected}`);
}
for (const [row, column, expected] of golden.samples)
  compare(`[${row}, ${column}]`, row, result.data[row * columns + column], expected);
rowStatistics(result.data, rows, columns).forEach((statistics, row) => {
  for (const [key, expected] of Object.entries(golden.row_statistics[row]))
    compare(`${key} of row ${row}`, row, statistics[key], expected);
});

const summary = `largest difference ${worst.output.toExponential(2)} of the output's maximum, ${worst.row.toExponential(2)} of a row's`;
if (failures.length) {
  console.error(failures.slice(0, 10).join("\n"));
  console.error(`check_golden: FAIL, ${failures.length} figures differ; ${summary}`);
  process.exit(1);
}
console.log(`check_golden: pass, ${golden.samples.length} samples and ${rows} rows; ${summary}`);
