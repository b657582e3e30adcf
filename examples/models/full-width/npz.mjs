// NumPy's .npz: a zip archive of .npy files. Written uncompressed; compressed archives can be read.

import { readFileSync, writeFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; ++bit) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

function npyBytes({ shape, data }) {
  const tuple = `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  const padded = text.padEnd(Math.ceil((10 + text.length + 1) / 64) * 64 - 11) + "\n";
  const head = Buffer.from("\x93NUMPY\x01\x00\x00\x00", "latin1");
  head.writeUInt16LE(padded.length, 8);
  return Buffer.concat([head, Buffer.from(padded, "latin1"), Buffer.from(data.buffer, data.byteOffset, data.byteLength)]);
}

/** Writes {name: {shape, data: Float32Array}} as float32 arrays. */
export function writeNpz(path, arrays) {
  const locals = [];
  const centrals = [];
  let offset = 0;
  for (const [name, array] of Object.entries(arrays)) {
    const file = Buffer.from(`${name}.npy`);
    const bytes = npyBytes(array);
    // Shared by the local and the central header: version 2.0, no flags, stored, time 0 and 1 January 1980.
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x21, 8);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(file.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, file, bytes]);
    centrals.push(Buffer.from("PK\x01\x02\x14\x00"), common, tail, file);
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const count = Object.keys(arrays).length;
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06");
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  writeFileSync(path, Buffer.concat([...locals, directory, end]));
}

function parseNpy(name, bytes) {
  if (bytes.toString("latin1", 0, 6) !== "\x93NUMPY") throw new Error(`${name}: not a .npy file`);
  const wide = bytes[6] >= 2;
  const start = wide ? 12 : 10;
  const end = start + (wide ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8));
  const header = bytes.toString("latin1", start, end);
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const TypedArray = { "<f4": Float32Array, "<f8": Float64Array }[type];
  if (!TypedArray) throw new Error(`${name}: element type ${type}, expected <f4 or <f8`);
  if (!/'fortran_order':\s*False/.test(header)) throw new Error(`${name}: column-major arrays are not supported`);
  const shape = /'shape':\s*\(([^)]*)\)/.exec(header)[1].split(",").filter((s) => s.trim()).map(Number);
  const count = shape.reduce((a, b) => a * b, 1);
  const payload = Uint8Array.from(bytes.subarray(end, end + count * TypedArray.BYTES_PER_ELEMENT));
  if (payload.length !== count * TypedArray.BYTES_PER_ELEMENT) throw new Error(`${name}: file is truncated`);
  return { shape, data: new TypedArray(payload.buffer) };
}

/** Reads an archive into {name: {shape, data}}. */
export function readNpz(path) {
  const zip = readFileSync(path);
  const end = zip.lastIndexOf("PK\x05\x06", undefined, "latin1");
  if (end < 0) throw new Error(`${path}: not an .npz file`);
  const arrays = {};
  let at = zip.readUInt32LE(end + 16);
  for (let n = zip.readUInt16LE(end + 10); n > 0; --n) {
    const method = zip.readUInt16LE(at + 10);
    const packedSize = zip.readUInt32LE(at + 20);
    const nameLength = zip.readUInt16LE(at + 28);
    const local = zip.readUInt32LE(at + 42);
    const name = zip.toString("utf8", at + 46, at + 46 + nameLength).replace(/\.npy$/, "");
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const packed = zip.subarray(start, start + packedSize);
    if (method !== 0 && method !== 8) throw new Error(`${path}: ${name} uses zip method ${method}`);
    arrays[name] = parseNpy(name, method === 8 ? inflateRawSync(packed) : packed);
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return arrays;
}
