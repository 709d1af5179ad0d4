// Bytes, hex, base64 and UTF-8, strict both ways (draw.md, "Conventions").

const HEX = "0123456789abcdef";
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const encoder = new TextEncoder();

/** UTF-8 bytes of a text without lone surrogates. */
export function utf8(text) {
  return encoder.encode(text);
}

/** The text of UTF-8 bytes, or null; a byte order mark is a character like any other. */
export function fromUtf8(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

export function concat(...parts) {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Order of two byte strings: negative, zero, positive. */
export function compareBytes(a, b) {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) return a[i] - b[i];
  }
  return a.length - b.length;
}

export function equalBytes(a, b) {
  return compareBytes(a, b) === 0;
}

export function toHex(bytes) {
  let text = "";
  for (const byte of bytes) text += HEX[byte >> 4] + HEX[byte & 15];
  return text;
}

/** Whether a value is the lower-case hex of exactly that many bytes. */
export function isHex(value, length) {
  return typeof value === "string" && value.length === 2 * length && /^[0-9a-f]*$/.test(value);
}

/** The bytes of hex that `isHex` accepted. */
export function fromHex(text) {
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** The bytes of canonical base64 (RFC 4648: padded, trailing bits zero), or null. */
export function fromBase64(value) {
  if (typeof value !== "string" || value.length % 4 !== 0) return null;
  const padding = value.endsWith("==") ? 2 : value.endsWith("=") ? 1 : 0;
  const digits = value.length - padding;
  const bytes = new Uint8Array((value.length / 4) * 3 - padding);
  let held = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < digits; i++) {
    const digit = BASE64.indexOf(value[i]);
    if (digit < 0) return null;
    held = ((held << 6) | digit) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 0xff;
    }
  }
  return (held & ((1 << bits) - 1)) === 0 ? bytes : null;
}

/** A number of big-endian bytes. */
export function bigFromBytes(bytes) {
  return bytes.length === 0 ? 0n : BigInt("0x" + toHex(bytes));
}

/** A number of little-endian bytes. */
export function bigFromLittle(bytes) {
  return bigFromBytes(bytes.slice().reverse());
}

/** Big-endian bytes of a number below 256^length. */
export function bigToBytes(number, length) {
  return fromHex(number.toString(16).padStart(2 * length, "0"));
}
