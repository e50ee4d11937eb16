// A part of a frame back into numbers: float32, or one byte a number over fixed limits (255: none).

/**
 * @param {import("./page.js").Part} part
 * @param {Uint8Array | DataView} bytes
 */
export function values(part, bytes) {
  if ("value" in part) return part.value;
  const start = bytes.byteOffset + part.offset;
  const count = part.shape.reduce((a, b) => a * b, 1);
  const numbers = part.limits
    ? decoded(new Uint8Array(bytes.buffer, start, count), part.limits)
    : new Float32Array(bytes.buffer.slice(start, start + 4 * count));
  if (part.shape.length === 1) return numbers;
  const width = part.shape[1];
  return Array.from({ length: part.shape[0] }, (_, row) => numbers.subarray(row * width, (row + 1) * width));
}

/**
 * @param {Uint8Array} codes
 * @param {[number, number]} limits
 */
function decoded(codes, [low, high]) {
  const numbers = new Float32Array(codes.length);
  const level = (high - low) / 254;
  for (let i = 0; i < codes.length; i++) numbers[i] = codes[i] === 255 ? NaN : low + codes[i] * level;
  return numbers;
}
