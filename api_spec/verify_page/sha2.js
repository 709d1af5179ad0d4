// SHA-256, SHA-512 and HMAC-SHA512 (FIPS 180-4, RFC 2104), on 32-bit words.
//
// The constants are computed from their definition: the first 64 bits of the fractional parts of
// the cube roots of the first 80 primes, and of the square roots of the first eight. SHA-256 uses
// the upper halves of the same numbers.

function firstPrimes(count) {
  const primes = [];
  for (let n = 2; primes.length < count; n++) {
    if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  }
  return primes;
}

/** floor(number^(1/degree)) by bisection. */
function integerRoot(number, degree) {
  let low = 0n;
  let high = 1n << 72n; // the root of a prime below 512, times 2^64
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** degree <= number) low = middle;
    else high = middle;
  }
  return low;
}

function fractions(count, degree) {
  const upper = new Int32Array(count);
  const lower = new Int32Array(count);
  firstPrimes(count).forEach((prime, i) => {
    const root = integerRoot(BigInt(prime) << (64n * degree), degree);
    upper[i] = Number(BigInt.asIntN(32, root >> 32n));
    lower[i] = Number(BigInt.asIntN(32, root));
  });
  return [upper, lower];
}

const [K_UPPER, K_LOWER] = fractions(80, 3n);
const [H_UPPER, H_LOWER] = fractions(8, 2n);

/** Room for the end of a message: at most two blocks of either hash. */
const TAIL = new Uint8Array(256);

/**
 * Write what of a message stands beyond its whole blocks, with its padding (a one bit, zeros, the
 * length in bits), into TAIL; returns the length there. `before` counts bytes hashed earlier.
 */
function writeTail(data, block, lengthBytes, before) {
  const rest = data.length % block;
  const size = rest + 1 + lengthBytes <= block ? block : 2 * block;
  TAIL.fill(0, rest, size);
  for (let i = 0; i < rest; i++) TAIL[i] = data[data.length - rest + i];
  TAIL[rest] = 0x80;
  let length = (before + data.length) * 8;
  for (let at = size - 1; length > 0; at--) {
    TAIL[at] = length % 256;
    length = Math.floor(length / 256);
  }
  return size;
}

function wordAt(bytes, at) {
  return (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
}

function writeWord(bytes, at, word) {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}

const W = new Int32Array(64);
const STATE = new Int32Array(8);

export function sha256(data) {
  for (let i = 0; i < 8; i++) STATE[i] = H_UPPER[i];
  for (let at = 0; at + 64 <= data.length; at += 64) compress256(STATE, data, at);
  const size = writeTail(data, 64, 8, 0);
  for (let at = 0; at < size; at += 64) compress256(STATE, TAIL, at);
  const digest = new Uint8Array(32);
  for (let i = 0; i < 8; i++) writeWord(digest, 4 * i, STATE[i]);
  return digest;
}

function compress256(state, bytes, start) {
  for (let t = 0; t < 16; t++) W[t] = wordAt(bytes, start + 4 * t);
  for (let t = 16; t < 64; t++) {
    const x = W[t - 15];
    const y = W[t - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    W[t] = (W[t - 16] + s0 + W[t - 7] + s1) | 0;
  }
  let a = state[0], b = state[1], c = state[2], d = state[3];
  let e = state[4], f = state[5], g = state[6], h = state[7];
  for (let t = 0; t < 64; t++) {
    const S1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + S1 + ((e & f) ^ (~e & g)) + K_UPPER[t] + W[t]) | 0;
    const S0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (S0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t1) | 0;
    d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  state[0] += a; state[1] += b; state[2] += c; state[3] += d;
  state[4] += e; state[5] += f; state[6] += g; state[7] += h;
}

const WU = new Int32Array(80); // upper halves of the message schedule
const WL = new Int32Array(80); // lower halves

export function sha512(data) {
  return finish512({ upper: H_UPPER.slice(), lower: H_LOWER.slice() }, data, 0);
}

/** Hash the rest of a message, of which `before` bytes (whole blocks) are in the state already. */
function finish512({ upper, lower }, rest, before) {
  for (let at = 0; at + 128 <= rest.length; at += 128) compress512(upper, lower, rest, at);
  const size = writeTail(rest, 128, 16, before);
  for (let at = 0; at < size; at += 128) compress512(upper, lower, TAIL, at);
  const digest = new Uint8Array(64);
  for (let i = 0; i < 8; i++) {
    writeWord(digest, 8 * i, upper[i]);
    writeWord(digest, 8 * i + 4, lower[i]);
  }
  return digest;
}

/** What a sum of lower halves (below 2^35) carries into the upper half. */
function carry(sum) {
  return (sum / 0x100000000) | 0;
}

function schedule512(bytes, start) {
  for (let t = 0; t < 16; t++) {
    WU[t] = wordAt(bytes, start + 8 * t);
    WL[t] = wordAt(bytes, start + 8 * t + 4);
  }
  for (let t = 16; t < 80; t++) {
    const xu = WU[t - 15];
    const xl = WL[t - 15];
    const yu = WU[t - 2];
    const yl = WL[t - 2];
    const s0u = ((xu >>> 1) | (xl << 31)) ^ ((xu >>> 8) | (xl << 24)) ^ (xu >>> 7);
    const s0l = ((xl >>> 1) | (xu << 31)) ^ ((xl >>> 8) | (xu << 24)) ^ ((xl >>> 7) | (xu << 25));
    const s1u = ((yu >>> 19) | (yl << 13)) ^ ((yl >>> 29) | (yu << 3)) ^ (yu >>> 6);
    const s1l = ((yl >>> 19) | (yu << 13)) ^ ((yu >>> 29) | (yl << 3)) ^ ((yl >>> 6) | (yu << 26));
    const low = (WL[t - 16] >>> 0) + (s0l >>> 0) + (WL[t - 7] >>> 0) + (s1l >>> 0);
    WL[t] = low | 0;
    WU[t] = (WU[t - 16] + s0u + WU[t - 7] + s1u + carry(low)) | 0;
  }
}

function compress512(upper, lower, bytes, start) {
  schedule512(bytes, start);
  let au = upper[0], bu = upper[1], cu = upper[2], du = upper[3];
  let eu = upper[4], fu = upper[5], gu = upper[6], hu = upper[7];
  let al = lower[0], bl = lower[1], cl = lower[2], dl = lower[3];
  let el = lower[4], fl = lower[5], gl = lower[6], hl = lower[7];
  for (let t = 0; t < 80; t++) {
    const S1u = ((eu >>> 14) | (el << 18)) ^ ((eu >>> 18) | (el << 14)) ^ ((el >>> 9) | (eu << 23));
    const S1l = ((el >>> 14) | (eu << 18)) ^ ((el >>> 18) | (eu << 14)) ^ ((eu >>> 9) | (el << 23));
    const chu = (eu & fu) ^ (~eu & gu);
    const chl = (el & fl) ^ (~el & gl);
    const low1 = (hl >>> 0) + (S1l >>> 0) + (chl >>> 0) + (K_LOWER[t] >>> 0) + (WL[t] >>> 0);
    const t1u = (hu + S1u + chu + K_UPPER[t] + WU[t] + carry(low1)) | 0;
    const S0u = ((au >>> 28) | (al << 4)) ^ ((al >>> 2) | (au << 30)) ^ ((al >>> 7) | (au << 25));
    const S0l = ((al >>> 28) | (au << 4)) ^ ((au >>> 2) | (al << 30)) ^ ((au >>> 7) | (al << 25));
    const maju = (au & bu) ^ (au & cu) ^ (bu & cu);
    const majl = (al & bl) ^ (al & cl) ^ (bl & cl);
    const low2 = (low1 >>> 0) + (S0l >>> 0) + (majl >>> 0);
    const low3 = (dl >>> 0) + (low1 >>> 0);
    hu = gu; hl = gl; gu = fu; gl = fl; fu = eu; fl = el;
    eu = (du + t1u + carry(low3)) | 0; el = low3 | 0;
    du = cu; dl = cl; cu = bu; cl = bl; bu = au; bl = al;
    au = (t1u + S0u + maju + carry(low2)) | 0; al = low2 | 0;
  }
  add64(upper, lower, 0, au, al);
  add64(upper, lower, 1, bu, bl);
  add64(upper, lower, 2, cu, cl);
  add64(upper, lower, 3, du, dl);
  add64(upper, lower, 4, eu, el);
  add64(upper, lower, 5, fu, fl);
  add64(upper, lower, 6, gu, gl);
  add64(upper, lower, 7, hu, hl);
}

function add64(upper, lower, i, up, low) {
  const sum = (lower[i] >>> 0) + (low >>> 0);
  lower[i] = sum | 0;
  upper[i] = (upper[i] + up + (sum > 0xffffffff ? 1 : 0)) | 0;
}

/** HMAC-SHA512 under a key of at most 128 bytes; the key's blocks are hashed once. */
export class HmacSha512 {
  #inner;
  #outer;

  constructor(key) {
    [this.#inner, this.#outer] = [0x36, 0x5c].map((pad) => {
      const block = new Uint8Array(128).fill(pad);
      key.forEach((byte, i) => (block[i] ^= byte));
      const state = { upper: H_UPPER.slice(), lower: H_LOWER.slice() };
      compress512(state.upper, state.lower, block, 0);
      return state;
    });
  }

  of(data) {
    const copy = ({ upper, lower }) => ({ upper: upper.slice(), lower: lower.slice() });
    return finish512(copy(this.#outer), finish512(copy(this.#inner), data, 128), 128);
  }
}
