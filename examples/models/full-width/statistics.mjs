// Per-row figures that change by no more than the largest change of an element. So they can be compared with the
// tolerance of the elements: a result that is right everywhere passes, and every element takes part.

import { Random } from "./random.mjs";

const SIGN_SEED = 77;

/** One sign per column; with them a mean does not hide errors that cancel in the plain one. */
function signs(columns) {
  const random = new Random(SIGN_SEED);
  return Int8Array.from({ length: columns }, () => (random.bits() & 1 ? 1 : -1));
}

/** For each row: largest absolute value, mean, root of the mean square, mean with random signs. */
export function rowStatistics(data, rows, columns) {
  const sign = signs(columns);
  return Array.from({ length: rows }, (_, row) => {
    let [max, sum, squares, signed] = [0, 0, 0, 0];
    for (let column = 0; column < columns; ++column) {
      const value = data[row * columns + column];
      max = Math.max(max, Math.abs(value));
      sum += value;
      squares += value * value;
      signed += sign[column] * value;
    }
    return { max_abs: max, mean: sum / columns, rms: Math.sqrt(squares / columns), signed_mean: signed / columns };
  });
}
