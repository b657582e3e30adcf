#!/usr/bin/env node
// Writes a full-width transformer block and its input.
//
//   node make_model.mjs FOLDER      -> FOLDER/model.onnx (50 MB), FOLDER/inputs.npz
//
// The graph is PyTorch's own export of the small block, op for op: that file is read as a template, every extent in it
// is replaced by the full-width one and every weight is drawn anew. So no PyTorch is needed, and nothing large is
// committed. The bytes are the same on every machine; golden.json holds their checksum.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeNpz } from "./npz.mjs";
import { decode, encode, rewrite, values } from "./protobuf.mjs";
import { Random } from "./random.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const TEMPLATE = join(HERE, "..", "gpt2-block", "model.onnx");

// GPT-2 medium at 32 tokens.
export const SEED = 2024;
const SMALL = { tokens: 20, hidden: 128, heads: 4, inner: 512 };
export const FULL = { tokens: 32, hidden: 1024, heads: 16, inner: 4096 };

// Field numbers of onnx.proto.
const MODEL_GRAPH = 7;
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12 };
const NODE_ATTRIBUTE = 5;
const ATTRIBUTE_TENSOR = 5;
const TENSOR = { dims: 1, type: 2, floats: 4, name: 8, raw: 9 };
const TYPE = { float: 1, int64: 7, bool: 9 };

// Every extent of the template is one of these, and all are different, so the value says which one it is.
function extents({ tokens, hidden, heads, inner }) {
  return [-1, 1, tokens, hidden, heads, hidden / heads, 3 * hidden, inner];
}
const WIDEN = new Map(extents(SMALL).map((extent, i) => [extent, extents(FULL)[i]]));
if (WIDEN.size !== extents(SMALL).length) throw new Error("two extents of the template are equal");

function widen(extent) {
  const result = WIDEN.get(Number(BigInt.asIntN(64, BigInt(extent))));
  if (result === undefined) throw new Error(`the template has an extent ${extent} that is none of the block's`);
  return result;
}

function tensorParts(tensor) {
  const fields = decode(tensor);
  const only = (number) => fields.find((field) => field.number === number)?.value;
  if (only(TENSOR.floats)) throw new Error("the template keeps weights outside raw_data");
  return {
    fields,
    name: only(TENSOR.name)?.toString() ?? "",
    type: Number(only(TENSOR.type)),
    dims: fields.filter((field) => field.number === TENSOR.dims).map((field) => Number(field.value)),
    raw: only(TENSOR.raw),
  };
}

function withRaw(fields, raw) {
  return encode(fields.map((field) => (field.number === TENSOR.raw ? { ...field, value: raw } : field)));
}

function floatBytes(data) {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** A constant inside a node: int64 tensors are shapes; the one float equal to the head width is the softmax scale. */
function widenConstant(tensor, counts) {
  const { fields, type, dims, raw } = tensorParts(tensor);
  if (type === TYPE.int64) {
    const shape = Buffer.from(raw);
    for (let at = 0; at < shape.length; at += 8) shape.writeBigInt64LE(BigInt(widen(shape.readBigInt64LE(at))), at);
    return withRaw(fields, shape);
  }
  if (type === TYPE.float && dims.length === 0 && raw.readFloatLE(0) === SMALL.hidden / SMALL.heads) {
    ++counts.scales;
    return withRaw(fields, floatBytes(Float32Array.of(FULL.hidden / FULL.heads)));
  }
  return tensor;
}

/** Weights as in export.py: norm gains near one, biases that are not zero, a few outlier channels. */
function drawWeights(name, dims, random, outliers) {
  const count = dims.reduce((a, b) => a * b, 1);
  if (/ln_\d\.weight$/.test(name)) {
    const gains = random.normals(count, 0.1, 1);
    for (const channel of outliers) gains[channel] *= 2.5;
    return gains;
  }
  if (dims.length === 1) return random.normals(count, 0.1);
  const weights = random.normals(count, 1 / Math.sqrt(dims[0]));
  if (/c_proj\.weight$/.test(name))
    for (let row = 0; row < dims[0]; ++row) for (const channel of outliers) weights[row * dims[1] + channel] *= 4;
  return weights;
}

function causalMask(rows, columns) {
  const mask = Buffer.alloc(rows * columns);
  for (let row = 0; row < rows; ++row) mask.fill(1, row * columns, row * columns + row + 1);
  return mask;
}

function widenInitializer(tensor, random, outliers, counts) {
  const { fields, name, type, dims, raw } = tensorParts(tensor);
  const wide = dims.map(widen);
  let bytes;
  if (type === TYPE.bool) {
    if (!raw.equals(causalMask(dims[2], dims[3]))) throw new Error(`${name}: not a causal mask`);
    ++counts.masks;
    bytes = causalMask(wide[2], wide[3]);
  } else if (type === TYPE.float) {
    bytes = floatBytes(drawWeights(name, wide, random, outliers));
  } else {
    throw new Error(`${name}: unexpected element type ${type}`);
  }
  let next = 0;
  return withRaw(
    fields.map((field) => (field.number === TENSOR.dims ? { ...field, value: BigInt(wide[next++]) } : field)),
    bytes,
  );
}

/** ValueInfoProto.type.tensor_type.shape.dim.dim_value */
function widenValueInfo(info) {
  const path = [2, 1, 2, 1, 1];
  const descend = (value, depth) =>
    depth === path.length ? BigInt(widen(value)) : rewrite(value, path[depth], (inner) => descend(inner, depth + 1));
  return descend(info, 0);
}

export function makeModel(seed = SEED) {
  const random = new Random(seed);
  const outliers = random.distinct(FULL.hidden / 64, FULL.hidden);
  const counts = { scales: 0, masks: 0 };
  const widenAttribute = (attribute) =>
    values(attribute, ATTRIBUTE_TENSOR).length
      ? rewrite(attribute, ATTRIBUTE_TENSOR, (tensor) => widenConstant(tensor, counts))
      : attribute;
  const change = {
    [GRAPH.node]: (node) => rewrite(node, NODE_ATTRIBUTE, widenAttribute),
    [GRAPH.initializer]: (tensor) => widenInitializer(tensor, random, outliers, counts),
    [GRAPH.input]: widenValueInfo,
    [GRAPH.output]: widenValueInfo,
  };
  const model = rewrite(readFileSync(TEMPLATE), MODEL_GRAPH, (graph) =>
    encode(decode(graph).map((field) => (change[field.number] ? { ...field, value: change[field.number](field.value) } : field))),
  );
  if (counts.scales !== 1 || counts.masks !== 1)
    throw new Error(`expected one softmax scale and one mask, found ${counts.scales} and ${counts.masks}`);

  const { tokens, hidden } = FULL;
  const data = random.normals(tokens * hidden, 1);
  for (let row = 0; row < tokens; ++row) for (const channel of outliers) data[row * hidden + channel] *= 8;
  return { model, inputs: { hidden_states: { shape: [1, tokens, hidden], data } } };
}

export function sha256(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Checksum over the values of the inputs (not over the archive around them). */
export function inputsChecksum(inputs) {
  return sha256(Buffer.concat(Object.values(inputs).map(({ data }) => floatBytes(data))));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.length !== 3) {
    console.error("usage: node make_model.mjs FOLDER");
    process.exit(2);
  }
  const folder = process.argv[2];
  const { model, inputs } = makeModel();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "model.onnx"), model);
  writeNpz(join(folder, "inputs.npz"), inputs);
  const golden = JSON.parse(readFileSync(join(HERE, "golden.json"), "utf8"));
  if (sha256(model) !== golden.model_sha256 || inputsChecksum(inputs) !== golden.inputs_sha256) {
    console.error("The model differs from the one golden.json was made for; run make_golden.mjs again if that is meant.");
    process.exit(1);
  }
  console.log(`${folder}: model.onnx (${(model.length / 1e6).toFixed(1)} MB), inputs.npz; checksums as in golden.json`);
}
