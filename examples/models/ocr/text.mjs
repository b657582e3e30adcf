// What the recognizer's output says: the most probable class per step, repeats merged, blanks (class 0) dropped.

import { readFileSync } from "node:fs";

/** Class 0 is the blank, then one line each of the dictionary, then the space. */
export function readDictionary(path) {
  return ["", ...readFileSync(path, "utf8").replace(/\r?\n$/, "").split(/\r?\n/), " "];
}

/** The class of the largest value in each row. */
export function classes({ shape, data }) {
  const [, steps, count] = shape;
  return Array.from({ length: steps }, (_, step) => {
    const row = data.subarray(step * count, (step + 1) * count);
    return row.reduce((best, value, index) => (value > row[best] ? index : best), 0);
  });
}

export function decode(indices, dictionary) {
  return indices.filter((index, step) => index !== 0 && index !== indices[step - 1]).map((index) => dictionary[index]).join("");
}
