// Signatures on BLS12-381 as public beacons make them: points of G1, keys in G2 (RFC 9380;
// draft-irtf-cfrg-pairing-friendly-curves, appendix C for the bytes of a point).

import { bigFromBytes, concat, utf8 } from "./bytes.js";
import { Fp, Fp12, Fp2, ORDER, PRIME, X } from "./bls_fields.js";
import { X_DENOMINATOR, X_NUMERATOR, Y_DENOMINATOR, Y_NUMERATOR } from "./bls_isogeny.js";
import { sha256 } from "./sha2.js";

// --- Points: [x, y], or null for infinity; y² = x³ + B over either field ---

const CURVES = { G1: { field: Fp, b: 4n }, G2: { field: Fp2, b: [4n, 4n] } };

/** The slope through two points (the tangent where they are one), or null where it is vertical. */
function slope(field, p, q) {
  if (!field.equal(p[0], q[0])) {
    const run = field.subtract(q[0], p[0]);
    return field.multiply(field.subtract(q[1], p[1]), field.invert(run));
  }
  if (!field.equal(p[1], q[1]) || field.equal(p[1], field.zero)) return null;
  const square = field.multiply(p[0], p[0]);
  const rise = field.add(field.add(square, square), square);
  return field.multiply(rise, field.invert(field.add(p[1], p[1])));
}

function along(field, lambda, p, q) {
  const x = field.subtract(field.subtract(field.multiply(lambda, lambda), p[0]), q[0]);
  return [x, field.subtract(field.multiply(lambda, field.subtract(p[0], x)), p[1])];
}

function addPoints(field, p, q) {
  if (p === null || q === null) return p ?? q;
  const lambda = slope(field, p, q);
  return lambda === null ? null : along(field, lambda, p, q);
}

function timesPoint(field, scalar, p) {
  let sum = null;
  for (const bit of scalar.toString(2)) {
    sum = addPoints(field, sum, sum);
    if (bit === "1") sum = addPoints(field, sum, p);
  }
  return sum;
}

/** Whether y is the greater of the two roots. */
function isGreater(y) {
  const halves = typeof y === "bigint" ? [y] : [y[1], y[0]];
  const deciding = halves.find((half) => half !== 0n) ?? 0n;
  return deciding > (PRIME - 1n) / 2n;
}

/** The point of its compressed bytes: canonical, on the curve, in the subgroup; else null. */
function decode(curve, bytes) {
  const { field, b } = curve;
  if ((bytes[0] & 0xc0) !== 0x80) return null; // compressed, and not infinity
  const clear = Uint8Array.from(bytes);
  clear[0] &= 0x1f;
  const parts = [];
  for (let at = 0; at < clear.length; at += 48) parts.push(bigFromBytes(clear.slice(at, at + 48)));
  if (parts.some((part) => part >= PRIME)) return null;
  const x = parts.length === 1 ? parts[0] : [parts[1], parts[0]];
  const root = field.root(field.add(field.multiply(field.multiply(x, x), x), b));
  if (root === null) return null;
  const point = [x, isGreater(root) === ((bytes[0] & 0x20) !== 0) ? root : field.negate(root)];
  return timesPoint(field, ORDER, point) === null ? point : null;
}

/** The point of G1 of 48 bytes, or null. */
export function decodeG1(bytes) {
  return bytes.length === 48 ? decode(CURVES.G1, bytes) : null;
}

/** The point of G2 of 96 bytes, or null. */
export function decodeG2(bytes) {
  return bytes.length === 96 ? decode(CURVES.G2, bytes) : null;
}

// --- Hashing to G1: BLS12381G1_XMD:SHA-256_SSWU_RO_ (RFC 9380, 8.8.1) ---

const CURVE_A = BigInt(
  "0x144698a3b8e9433d693a02c96d4982b0ea985383ee66a8d8e8981aefd881ac98936f8da0e0f97f5cf428082d584c1d",
);
const CURVE_B = BigInt(
  "0x12e2908d11688030018b12e8753eee3b2016c1f0f24f4070a0b9c14fcef35ef55a23215a316ceaa5d1cc48e98e172be0",
);
const Z = 11n;

/** 128 uniform bytes of a message (RFC 9380, 5.3.1). */
function expand(message, tag) {
  const suffix = concat(tag, Uint8Array.of(tag.length));
  const first = sha256(concat(new Uint8Array(64), message, Uint8Array.of(0, 128, 0), suffix));
  let block = sha256(concat(first, Uint8Array.of(1), suffix));
  const blocks = [block];
  for (let i = 2; i <= 4; i++) {
    block = sha256(concat(first.map((byte, at) => byte ^ block[at]), Uint8Array.of(i), suffix));
    blocks.push(block);
  }
  return concat(...blocks);
}

/** The simplified map of Shallue, van de Woestijne and Ulas (RFC 9380, 6.6.2). */
function mapToIsogenousCurve(u) {
  const zuu = (Z * u * u) % PRIME;
  const bend = (zuu * zuu + zuu) % PRIME;
  const ratio = Fp.multiply(Fp.negate(CURVE_B), Fp.invert(CURVE_A));
  const x1 =
    bend === 0n
      ? Fp.multiply(CURVE_B, Fp.invert(Fp.multiply(Z, CURVE_A)))
      : Fp.multiply(ratio, Fp.add(1n, Fp.invert(bend)));
  const right = (x) => (x ** 3n + CURVE_A * x + CURVE_B) % PRIME;
  const x = Fp.isSquare(right(x1)) ? x1 : Fp.multiply(zuu, x1);
  const y = Fp.root(right(x));
  return [x, (y & 1n) === (u & 1n) ? y : Fp.negate(y)];
}

const evaluate = (coefficients, x) =>
  coefficients.reduceRight((sum, coefficient) => (sum * x + coefficient) % PRIME, 0n);

/** The isogeny from the auxiliary curve; null where a denominator is zero (the kernel). */
function isogeny([x, y]) {
  const [below, beside] = [evaluate(X_DENOMINATOR, x), evaluate(Y_DENOMINATOR, x)];
  if (below === 0n || beside === 0n) return null;
  return [
    Fp.multiply(evaluate(X_NUMERATOR, x), Fp.invert(below)),
    Fp.multiply(Fp.multiply(y, evaluate(Y_NUMERATOR, x)), Fp.invert(beside)),
  ];
}

/** The point of G1 that a message hashes to under a domain tag. */
export function hashToG1(message, tag) {
  const uniform = expand(message, utf8(tag));
  const [p, q] = [uniform.slice(0, 64), uniform.slice(64)].map((half) =>
    isogeny(mapToIsogenousCurve(bigFromBytes(half) % PRIME)),
  );
  return timesPoint(Fp, X + 1n, addPoints(Fp, p, q));
}

// --- The pairing ---

/** The line through two points of the twist, seen at a point of G1, without its subfield factor. */
function line(lambda, t, p) {
  const constant = Fp2.subtract(Fp2.multiply(lambda, t[0]), t[1]);
  return [constant, undefined, Fp2.scale(lambda, PRIME - p[0]), [p[1], 0n], undefined, undefined];
}

/** The product of the Miller loops over X of pairs of points, neither at infinity. */
function miller(pairs) {
  const at = pairs.map(([, q]) => q);
  let f = Fp12.one;
  const step = (i, q) => {
    const lambda = slope(Fp2, at[i], q);
    f = Fp12.multiply(f, line(lambda, at[i], pairs[i][0]));
    at[i] = along(Fp2, lambda, at[i], q);
  };
  for (const bit of X.toString(2).slice(1)) {
    f = Fp12.multiply(f, f);
    for (let i = 0; i < pairs.length; i++) step(i, at[i]);
    if (bit === "1") for (let i = 0; i < pairs.length; i++) step(i, pairs[i][1]);
  }
  return f;
}

/** f to the power −X, for f of norm 1. */
function toSeed(f) {
  let result = f;
  for (const bit of X.toString(2).slice(1)) {
    result = Fp12.multiply(result, result);
    if (bit === "1") result = Fp12.multiply(result, f);
  }
  return Fp12.conjugate(result);
}

/**
 * Three times the final exponent; with t = −X it is, after (p⁶−1)(p²+1),
 * (t−1)²·(t+p)·(t²+p²−1) + 3. The order is prime to 3, so the result is one where the pairing is.
 */
function finalPower(f) {
  const { multiply, conjugate, frobenius, invert } = Fp12;
  const easy = multiply(conjugate(f), invert(f));
  const g = multiply(frobenius(frobenius(easy)), easy);
  const less = (h) => multiply(toSeed(h), conjugate(h)); // h^(t−1)
  const a = less(less(g));
  const b = multiply(toSeed(a), frobenius(a));
  const c = multiply(multiply(toSeed(toSeed(b)), frobenius(frobenius(b))), conjugate(b));
  return multiply(c, multiply(multiply(g, g), g));
}

/** Whether e(p, q) = e(r, s). */
function samePairing([p, q], [r, s]) {
  return Fp12.isOne(finalPower(miller([[p, q], [[r[0], Fp.negate(r[1])], s]])));
}

const GENERATOR_G2 = [
  [
    0x024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8n,
    0x13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7en,
  ],
  [
    0x0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801n,
    0x0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79ben,
  ],
];

/** Whether a signature (a point of G1) of a message holds under a key (a point of G2). */
export function blsSignatureHolds(key, signature, message, tag) {
  const hashed = hashToG1(message, tag);
  return hashed !== null && samePairing([signature, GENERATOR_G2], [hashed, key]);
}
