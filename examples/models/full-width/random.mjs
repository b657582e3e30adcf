// Reproducible random numbers: integer and exactly rounded arithmetic only, so that the bytes of the model do not
// depend on the machine's log and cos.

export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /** 32 uniform bits (mulberry32). */
  bits() {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** Nearly normal, mean 0 and deviation 1: eight uniform 16-bit numbers summed, so the tail ends at 4.9. */
  normal() {
    let sum = 0;
    for (let i = 0; i < 4; ++i) {
      const bits = this.bits();
      sum += (bits >>> 16) + (bits & 0xffff);
    }
    return (sum / 65536 - 8 * (0.5 - 0.5 / 65536)) * Math.sqrt(12 / 8);
  }

  /** Float32Array of count normal numbers with this mean and deviation. */
  normals(count, deviation, mean = 0) {
    const out = new Float32Array(count);
    for (let i = 0; i < count; ++i) out[i] = mean + deviation * this.normal();
    return out;
  }

  /** `count` different integers below `limit`. */
  distinct(count, limit) {
    const chosen = new Set();
    while (chosen.size < count) chosen.add(this.bits() % limit);
    return [...chosen];
  }
}
