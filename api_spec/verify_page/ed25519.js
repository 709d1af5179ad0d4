// The curve of Ed25519 and its signatures (RFC 8032), as strict as draw.md asks.

import { bigFromLittle, bigToBytes, concat, equalBytes } from "./bytes.js";
import { sha512 } from "./sha2.js";

const P = 2n ** 255n - 19n;
/** The order of the prime subgroup. */
export const L = 2n ** 252n + 27742317777372353535851937790883648493n;

function mod(a) {
  const rest = a % P;
  return rest < 0n ? rest + P : rest;
}

function power(base, exponent) {
  let result = 1n;
  for (let b = base, e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) result = (result * b) % P;
    b = (b * b) % P;
  }
  return result;
}

const D = mod(-121665n * power(121666n, P - 2n));
const TWICE_D = mod(2n * D);
const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n);

// A point is [X, Y, Z, T] with x = X/Z, y = Y/Z, xy = T/Z.
const IDENTITY = [0n, 1n, 1n, 0n];

/** Sum of two points; the formula has no exceptions on this curve. */
function add(p, q) {
  const a = mod((p[1] - p[0]) * (q[1] - q[0]));
  const b = ((p[1] + p[0]) * (q[1] + q[0])) % P;
  const c = (((p[3] * TWICE_D) % P) * q[3]) % P;
  const d = (2n * p[2] * q[2]) % P;
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

function double(p) {
  const a = (p[0] * p[0]) % P;
  const b = (p[1] * p[1]) % P;
  const c = (2n * p[2] * p[2]) % P;
  const h = a + b;
  const e = h - (p[0] + p[1]) ** 2n;
  const g = a - b;
  const f = c + g;
  const e1 = mod(e);
  return [mod(e1 * f), mod(g * h), mod(f * g), mod(e1 * h)];
}

/** The point's opposite. */
export function negate(p) {
  return [mod(-p[0]), p[1], p[2], mod(-p[3])];
}

/** Eight times a point: nothing of small order is left in it. */
export function timesCofactor(p) {
  return double(double(double(p)));
}

export function isIdentity(p) {
  return p[0] === 0n && p[1] === p[2];
}

function multiples(p) {
  const table = [IDENTITY, p];
  while (table.length < 16) table.push(add(table[table.length - 1], p));
  return table;
}

/** m·p + n·q, four bits of both at a time. */
export function combine(m, p, n, q) {
  const [ofP, ofQ] = [p === BASE ? BASE_MULTIPLES : multiples(p), multiples(q)];
  const ms = m.toString(16).padStart(64, "0");
  const ns = n.toString(16).padStart(64, "0");
  let sum = IDENTITY;
  for (let i = 0; i < 64; i++) {
    if (i > 0) sum = double(double(double(double(sum))));
    const [a, b] = [Number.parseInt(ms[i], 16), Number.parseInt(ns[i], 16)];
    if (a > 0) sum = add(sum, ofP[a]);
    if (b > 0) sum = add(sum, ofQ[b]);
  }
  return sum;
}

export function encodePoint(p) {
  const inverse = power(p[2], P - 2n);
  const [x, y] = [(p[0] * inverse) % P, (p[1] * inverse) % P];
  return bigToBytes(y | ((x & 1n) << 255n), 32).reverse();
}

/** The point of 32 bytes, or null where they are not its canonical form (RFC 8032, 5.1.3). */
export function decodePoint(bytes) {
  if (bytes.length !== 32) return null;
  const number = bigFromLittle(bytes);
  const sign = number >> 255n;
  const y = number & ((1n << 255n) - 1n);
  if (y >= P) return null;
  const u = mod(y * y - 1n);
  const v = (D * y * y + 1n) % P;
  let x = (u * v ** 3n * power((u * v ** 7n) % P, (P - 5n) / 8n)) % P;
  const found = (v * x * x) % P;
  if (found !== u) {
    if (found !== mod(-u)) return null;
    x = (x * ROOT_OF_MINUS_ONE) % P;
  }
  if (x === 0n && sign === 1n) return null;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, (x * y) % P];
}

/** The base point: y = 4/5, x even. */
export const BASE = decodePoint(bigToBytes(mod(4n * power(5n, P - 2n)), 32).reverse());
const BASE_MULTIPLES = multiples(BASE);

/**
 * Whether a signature holds: S·B − k·A is R, without the cofactor.
 *
 * Refused are S >= L and a key that is not canonical or of small order; R is compared as bytes,
 * so that no other form of it passes.
 */
export function signatureHolds(key, signature, message) {
  if (signature.length !== 64) return false;
  const a = decodePoint(key);
  if (a === null || isIdentity(timesCofactor(a))) return false;
  const r = signature.slice(0, 32);
  const s = bigFromLittle(signature.slice(32));
  if (s >= L) return false;
  const k = bigFromLittle(sha512(concat(r, key, message))) % L;
  return equalBytes(encodePoint(combine(s, BASE, k, negate(a))), r);
}
