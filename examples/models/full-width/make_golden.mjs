#!/usr/bin/env node
// Runs the full-width block in ONNX Runtime and keeps what is needed to recognise its output again: golden.json.
//
//   npm install && node make_golden.mjs [OUT.npz]      OUT.npz: the whole output, if wanted

import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ort from "onnxruntime-node";
import { FULL, inputsChecksum, makeModel, SEED, sha256 } from "./make_model.mjs";
import { writeNpz } from "./npz.mjs";
import { Random } from "./random.mjs";
import { rowStatistics } from "./statistics.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
// Eight samples per row, spread so that every 16x16 tile of the output holds two: a wrong tile cannot fall between them.
const TILE = 16;
const SAMPLES_PER_ROW = 8;

const { model, inputs } = makeModel();
const session = await ort.InferenceSession.create(model, { executionProviders: ["cpu"] });
const feeds = Object.fromEntries(
  Object.entries(inputs).map(([name, { shape, data }]) => [name, new ort.Tensor("float32", data, shape)]),
);
const { output } = await session.run(feeds);
const [, rows, columns] = output.dims;
if (process.argv[2]) writeNpz(process.argv[2], { output: { shape: output.dims, data: output.data } });

const random = new Random(SEED + 1);
const samples = [];
const groups = columns / TILE / SAMPLES_PER_ROW;
for (let row = 0; row < rows; ++row)
  for (let n = 0; n < SAMPLES_PER_ROW; ++n) {
    const tile = (row % groups) * SAMPLES_PER_ROW + n;
    const column = tile * TILE + (random.bits() % TILE);
    samples.push([row, column, output.data[row * columns + column]]);
  }

const version = createRequire(import.meta.url)("onnxruntime-node/package.json").version;
const fields = {
  made_by: `make_golden.mjs, ONNX Runtime ${version} (CPU)`,
  seed: SEED,
  extents: FULL,
  model_sha256: sha256(model),
  inputs_sha256: inputsChecksum(inputs),
  output: "output",
  shape: Array.from(output.dims),
  row_statistics: rowStatistics(output.data, rows, columns),
  samples,
};
// One line per row of numbers keeps the file readable and its differences small.
const oneLine = (list) => `[\n${list.map((item) => `    ${JSON.stringify(item)}`).join(",\n")}\n  ]`;
const lines = Object.entries(fields).map(
  ([key, value]) =>
    `  ${JSON.stringify(key)}: ${["row_statistics", "samples"].includes(key) ? oneLine(value) : JSON.stringify(value)}`,
);
writeFileSync(join(HERE, "golden.json"), `{\n${lines.join(",\n")}\n}\n`);
console.log(`golden.json: ${samples.length} samples of ${rows}x${columns}, model ${fields.model_sha256}`);
