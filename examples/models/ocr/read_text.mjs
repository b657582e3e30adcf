#!/usr/bin/env node
// Prints the text that the recognizer's output says; fails when it is not the one that was drawn.
//
//   node read_text.mjs OUT.npz DICTIONARY.txt

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readNpz } from "../full-width/npz.mjs";
import { classes, decode, readDictionary } from "./text.mjs";

const [path, dictionary] = process.argv.slice(2);
if (!dictionary) {
  console.error("usage: node read_text.mjs OUT.npz DICTIONARY.txt");
  process.exit(2);
}
const golden = JSON.parse(readFileSync(join(dirname(fileURLToPath(import.meta.url)), "golden.json"), "utf8"));
const text = decode(classes(readNpz(path)[golden.output]), readDictionary(dictionary));
console.log(text);
if (text !== golden.text) {
  console.error(`read_text: expected "${golden.text}"`);
  process.exit(1);
}
