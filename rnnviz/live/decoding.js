// A part of a frame back into numbers: float32, or one byte a number over fixed limits (255: none).

/**
 * @param {import("./page.js").Part} part
 * @param {Uint8Array | DataView} bytes
 */
export function values(part, bytes) {
  if ("value" in part) return part.value;
  const own = bytesOf(part, bytes);
  const numbers = part.limits ? decoded(own, part.limits) : new Float32Array(own.slice().buffer);
  if (part.shape.length === 1) return numbers;
  const width = part.shape[1];
  return Array.from({ length: part.shape[0] }, (_, row) => numbers.subarray(row * width, (row + 1) * width));
}

/**
 * The bytes of a part's numbers, within those of its frame.
 * @param {import("./page.js").NumberPart} part
 * @param {Uint8Array | DataView} bytes
 */
export function bytesOf({ shape, limits, offset }, bytes) {
  const count = shape.reduce((a, b) => a * b, 1);
  return new Uint8Array(bytes.buffer, bytes.byteOffset + offset, limits ? count : 4 * count);
}

/**
 * @param {Uint8Array} one
 * @param {Uint8Array} other
 */
export function equal(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
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
