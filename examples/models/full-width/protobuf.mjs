// The protobuf wire format, as far as rewriting an ONNX file needs it: messages are lists of fields, and fields that
// are not touched are written back byte for byte.

/** @typedef {{number: number, wire: number, value: bigint | Buffer}} Field */

function readVarint(buffer, offset) {
  let value = 0n;
  for (let shift = 0n; ; shift += 7n) {
    if (offset >= buffer.length) throw new Error("protobuf: varint runs past the end of its message");
    const byte = buffer[offset++];
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return [value, offset];
  }
}

function writeVarint(value) {
  const bytes = [];
  for (value = BigInt.asUintN(64, BigInt(value)); value >= 0x80n; value >>= 7n) bytes.push(Number(value & 0x7fn) | 0x80);
  bytes.push(Number(value));
  return Buffer.from(bytes);
}

/** Splits a message into its fields. Values of wire type 0 are bigints, all others the raw bytes. */
export function decode(buffer) {
  const fields = [];
  for (let offset = 0; offset < buffer.length; ) {
    let key, length;
    [key, offset] = readVarint(buffer, offset);
    const number = Number(key >> 3n);
    const wire = Number(key & 7n);
    let value;
    if (wire === 0) {
      [value, offset] = readVarint(buffer, offset);
    } else {
      if (wire === 2) [length, offset] = readVarint(buffer, offset);
      else if (wire === 1 || wire === 5) length = wire === 1 ? 8 : 4;
      else throw new Error(`protobuf: wire type ${wire} is not supported`);
      const end = offset + Number(length);
      if (end > buffer.length) throw new Error("protobuf: field runs past the end of its message");
      value = buffer.subarray(offset, end);
      offset = end;
    }
    fields.push({ number, wire, value });
  }
  return fields;
}

/** Joins fields into a message: the inverse of decode. */
export function encode(fields) {
  const parts = [];
  for (const { number, wire, value } of fields) {
    parts.push(writeVarint((number << 3) | wire));
    if (wire === 0) parts.push(writeVarint(value));
    else if (wire === 2) parts.push(writeVarint(value.length), value);
    else parts.push(value);
  }
  return Buffer.concat(parts);
}

/** The message with every field of this number replaced by change(value). */
export function rewrite(message, number, change) {
  return encode(decode(message).map((field) => (field.number === number ? { ...field, value: change(field.value) } : field)));
}

/** The values of every field of this number. */
export function values(message, number) {
  return decode(message).filter((field) => field.number === number).map((field) => field.value);
}
