// SHAKE256 (FIPS 202) as a stream; a lane is two 32-bit halves.

const RATE = 136;

/** Round constants from the linear feedback register of FIPS 202, 3.2.5: [lower, upper] halves. */
function roundConstants() {
  const halves = new Int32Array(48);
  let register = 1;
  for (let round = 0; round < 24; round++) {
    for (let j = 0; j < 7; j++) {
      const bit = (1 << j) - 1;
      if (register & 1) halves[2 * round + (bit >= 32 ? 1 : 0)] |= 1 << (bit & 31);
      register <<= 1;
      if (register & 0x100) register ^= 0x171;
    }
  }
  return halves;
}

/** The path of rho and pi from lane 1 on: where each lane goes, and by how much it turns. */
function pathOfLanes() {
  const places = new Uint8Array(24);
  const turns = new Uint8Array(24);
  let [x, y] = [1, 0];
  for (let t = 0; t < 24; t++) {
    [x, y] = [y, (2 * x + 3 * y) % 5];
    places[t] = x + 5 * y;
    turns[t] = (((t + 1) * (t + 2)) / 2) % 64;
  }
  return [places, turns];
}

const ROUNDS = roundConstants();
const [PLACES, TURNS] = pathOfLanes();
const COLUMNS = new Int32Array(10);

/** Keccak-f[1600] in place; `s` holds 25 lanes as (lower, upper). */
function permute(s) {
  for (let round = 0; round < 24; round++) {
    theta(s);
    rhoAndPi(s);
    chi(s);
    s[0] ^= ROUNDS[2 * round];
    s[1] ^= ROUNDS[2 * round + 1];
  }
}

function theta(s) {
  for (let x = 0; x < 10; x++) COLUMNS[x] = s[x] ^ s[x + 10] ^ s[x + 20] ^ s[x + 30] ^ s[x + 40];
  for (let x = 0; x < 10; x += 2) {
    const before = (x + 8) % 10;
    const after = (x + 2) % 10;
    const low = COLUMNS[after];
    const up = COLUMNS[after + 1];
    const dl = COLUMNS[before] ^ ((low << 1) | (up >>> 31));
    const du = COLUMNS[before + 1] ^ ((up << 1) | (low >>> 31));
    for (let y = x; y < 50; y += 10) {
      s[y] ^= dl;
      s[y + 1] ^= du;
    }
  }
}

function rhoAndPi(s) {
  let low = s[2];
  let up = s[3];
  for (let t = 0; t < 24; t++) {
    const turn = TURNS[t];
    const place = 2 * PLACES[t];
    const by = turn & 31;
    // a turn by 32 or more exchanges the halves first; none of the 24 is a multiple of 32
    const a = turn < 32 ? low : up;
    const b = turn < 32 ? up : low;
    const nextLow = s[place];
    const nextUp = s[place + 1];
    s[place] = (a << by) | (b >>> (32 - by));
    s[place + 1] = (b << by) | (a >>> (32 - by));
    low = nextLow;
    up = nextUp;
  }
}

function chi(s) {
  for (let y = 0; y < 50; y += 10) {
    const a0 = s[y], a1 = s[y + 1], b0 = s[y + 2], b1 = s[y + 3];
    const c0 = s[y + 4], c1 = s[y + 5], d0 = s[y + 6], d1 = s[y + 7];
    const e0 = s[y + 8], e1 = s[y + 9];
    s[y] ^= ~b0 & c0; s[y + 1] ^= ~b1 & c1;
    s[y + 2] ^= ~c0 & d0; s[y + 3] ^= ~c1 & d1;
    s[y + 4] ^= ~d0 & e0; s[y + 5] ^= ~d1 & e1;
    s[y + 6] ^= ~e0 & a0; s[y + 7] ^= ~e1 & a1;
    s[y + 8] ^= ~a0 & b0; s[y + 9] ^= ~a1 & b1;
  }
}

/** The output of SHAKE256 over some bytes, given out piece by piece. */
export class Shake256 {
  #state = new Int32Array(50);
  #block = new Uint8Array(RATE);
  #at = RATE;

  constructor(data) {
    const padded = new Uint8Array((Math.floor(data.length / RATE) + 1) * RATE);
    padded.set(data);
    padded[data.length] ^= 0x1f;
    padded[padded.length - 1] ^= 0x80;
    const view = new DataView(padded.buffer);
    for (let at = 0; at < padded.length; at += RATE) {
      if (at > 0) permute(this.#state);
      for (let i = 0; i < RATE / 4; i++) this.#state[i] ^= view.getInt32(at + 4 * i, true);
    }
  }

  /** Fill `target` with the next bytes. */
  read(target) {
    let filled = 0;
    while (filled < target.length) {
      if (this.#at === RATE) this.#next();
      const take = Math.min(RATE - this.#at, target.length - filled);
      for (let i = 0; i < take; i++) target[filled + i] = this.#block[this.#at + i];
      filled += take;
      this.#at += take;
    }
    return target;
  }

  #next() {
    permute(this.#state);
    for (let i = 0; i < RATE / 4; i++) {
      const word = this.#state[i];
      this.#block[4 * i] = word;
      this.#block[4 * i + 1] = word >>> 8;
      this.#block[4 * i + 2] = word >>> 16;
      this.#block[4 * i + 3] = word >>> 24;
    }
    this.#at = 0;
  }
}
