// The fields of BLS12-381: Fp, Fp2 = Fp[u]/(u² + 1), Fp12 = Fp2[w]/(w⁶ − (1 + u)).

/** The seed of the curve is −X; prime and order follow from it. */
export const X = 0xd201000000010000n;
/** The order of the groups. */
export const ORDER = X ** 4n - X ** 2n + 1n;
/** The prime of the field. */
export const PRIME = ((X + 1n) ** 2n * ORDER) / 3n - X;

const P = PRIME;

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

/** 1/a by Euclid; the inverse of 0 is 0. */
function invert(a) {
  let [low, high, x, y] = [mod(a), P, 1n, 0n];
  while (low > 1n) {
    const q = high / low;
    [low, high] = [high - q * low, low];
    [x, y] = [y - q * x, x];
  }
  return low === 0n ? 0n : mod(x);
}

/** Numbers modulo the prime. */
export const Fp = {
  zero: 0n,
  one: 1n,
  add: (a, b) => (a + b) % P,
  subtract: (a, b) => mod(a - b),
  multiply: (a, b) => (a * b) % P,
  negate: (a) => mod(-a),
  invert,
  equal: (a, b) => a === b,
  power,
  /** A square root, or null. */
  root(a) {
    const root = power(a, (P + 1n) / 4n);
    return (root * root) % P === a ? root : null;
  },
  isSquare: (a) => a === 0n || power(a, (P - 1n) / 2n) === 1n,
};

/** Pairs [a, b] = a + b·u. */
export const Fp2 = {
  zero: [0n, 0n],
  one: [1n, 0n],
  add: (a, b) => [(a[0] + b[0]) % P, (a[1] + b[1]) % P],
  subtract: (a, b) => [mod(a[0] - b[0]), mod(a[1] - b[1])],
  multiply: (a, b) => [mod(a[0] * b[0] - a[1] * b[1]), (a[0] * b[1] + a[1] * b[0]) % P],
  scale: (a, k) => [(a[0] * k) % P, (a[1] * k) % P],
  negate: (a) => [mod(-a[0]), mod(-a[1])],
  conjugate: (a) => [a[0], mod(-a[1])],
  invert(a) {
    const norm = invert(a[0] * a[0] + a[1] * a[1]);
    return [(a[0] * norm) % P, mod(-a[1] * norm)];
  },
  equal: (a, b) => a[0] === b[0] && a[1] === b[1],
  power(base, exponent) {
    let result = Fp2.one;
    for (let b = base, e = exponent; e > 0n; e >>= 1n) {
      if (e & 1n) result = Fp2.multiply(result, b);
      b = Fp2.multiply(b, b);
    }
    return result;
  },
  /** A square root, or null: by the root of the norm, which lies in Fp. */
  root(a) {
    const norm = Fp.root((a[0] * a[0] + a[1] * a[1]) % P);
    if (norm === null) return null;
    const half = (P + 1n) / 2n;
    for (const sign of [norm, P - norm]) {
      const real = Fp.root(((a[0] + sign) * half) % P);
      if (real === null) continue;
      const candidate =
        real === 0n ? [0n, Fp.root(mod(-a[0])) ?? 0n] : [real, (a[1] * half * invert(real)) % P];
      if (Fp2.equal(Fp2.multiply(candidate, candidate), a)) return candidate;
    }
    return null;
  },
};

/** 1 + u, the sixth power of w. */
const NONRESIDUE = [1n, 1n];
const timesNonresidue = (a) => [mod(a[0] - a[1]), (a[0] + a[1]) % P];

/** w^(i(p−1)) for i = 0..5: what the Frobenius map does to the powers of w. */
const TWISTS = (() => {
  const step = Fp2.power(NONRESIDUE, (P - 1n) / 6n);
  const powers = [Fp2.one];
  while (powers.length < 6) powers.push(Fp2.multiply(powers[powers.length - 1], step));
  return powers;
})();

/** Lists of six coefficients in Fp2, by powers of w. */
export const Fp12 = {
  one: [Fp2.one, Fp2.zero, Fp2.zero, Fp2.zero, Fp2.zero, Fp2.zero],
  /** The product; coefficients of `b` that are missing (undefined) are zero. */
  multiply(a, b) {
    const real = new Array(11).fill(0n);
    const imaginary = new Array(11).fill(0n);
    for (let j = 0; j < 6; j++) {
      if (b[j] === undefined) continue;
      for (let i = 0; i < 6; i++) {
        real[i + j] += a[i][0] * b[j][0] - a[i][1] * b[j][1];
        imaginary[i + j] += a[i][0] * b[j][1] + a[i][1] * b[j][0];
      }
    }
    return Fp12.one.map((_, i) => {
      const low = [mod(real[i]), imaginary[i] % P];
      return i === 5 ? low : Fp2.add(low, timesNonresidue([mod(real[i + 6]), imaginary[i + 6] % P]));
    });
  },
  /** The inverse within the sixth-degree conjugation: exact for elements of norm 1 there. */
  conjugate: (a) => a.map((c, i) => (i % 2 === 1 ? Fp2.negate(c) : c)),
  /** a to the power p. */
  frobenius: (a) => a.map((c, i) => Fp2.multiply(Fp2.conjugate(c), TWISTS[i])),
  /** 1/a: by conjugates down to Fp2. */
  invert(a) {
    const twice = (b) => Fp12.frobenius(Fp12.frobenius(b));
    const conjugate = Fp12.conjugate(a);
    const even = Fp12.multiply(a, conjugate);
    const other = Fp12.multiply(twice(even), twice(twice(even)));
    const norm = Fp12.multiply(even, other)[0];
    const inverse = Fp2.invert(norm);
    return Fp12.multiply(conjugate, other).map((c) => Fp2.multiply(c, inverse));
  },
  isOne: (a) => a.every((c, i) => Fp2.equal(c, Fp12.one[i])),
};
