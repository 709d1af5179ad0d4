// ECVRF-EDWARDS25519-SHA512-TAI of RFC 9381, verification with key validation.

import { bigFromLittle, concat, equalBytes } from "./bytes.js";
import {
  BASE, L, combine, decodePoint, encodePoint, isIdentity, negate, timesCofactor,
} from "./ed25519.js";
import { sha512 } from "./sha2.js";

const SUITE = 0x03;
const bytes = (...values) => Uint8Array.from(values);

/** The point of an input: try and increment (RFC 9381, 5.4.1.1). */
function encodeToCurve(salt, alpha) {
  for (let counter = 0; counter < 256; counter++) {
    const digest = sha512(concat(bytes(SUITE, 0x01), salt, alpha, bytes(counter, 0x00)));
    const point = decodePoint(digest.slice(0, 32));
    if (point === null) continue;
    const cleared = timesCofactor(point);
    if (!isIdentity(cleared)) return cleared;
  }
  return null;
}

/** The 64 bytes beta where the 80 bytes of a proof hold, else null (RFC 9381, 5.3). */
export function vrfOutput(key, alpha, proof) {
  const y = decodePoint(key);
  if (y === null || isIdentity(timesCofactor(y)) || proof.length !== 80) return null;
  const gamma = decodePoint(proof.slice(0, 32));
  const c = bigFromLittle(proof.slice(32, 48));
  const s = bigFromLittle(proof.slice(48));
  const h = encodeToCurve(key, alpha);
  if (gamma === null || h === null || s >= L) return null;
  const u = combine(s, BASE, c, negate(y));
  const v = combine(s, h, c, negate(gamma));
  const points = [h, gamma, u, v].map(encodePoint);
  const challenge = sha512(concat(bytes(SUITE, 0x02), key, ...points, bytes(0x00)));
  if (!equalBytes(challenge.slice(0, 16), proof.slice(32, 48))) return null;
  const cleared = encodePoint(timesCofactor(gamma));
  return sha512(concat(bytes(SUITE, 0x03), cleared, bytes(0x00)));
}
