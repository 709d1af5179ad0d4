// Steps 9 to 11: vrf, tickets, walk.

import { compareBytes, fromHex, toHex, utf8 } from "./bytes.js";
import { labelled } from "./case.js";
import { found, need, say } from "./failures.js";
import { canonText, spelled } from "./json.js";
import { Shake256 } from "./keccak.js";
import { isIncluded, label, leafHash } from "./trees.js";
import { vrfOutput } from "./vrf.js";

const TICKET = 16;
const PIECE = 4096; // tickets read from the stream at once

/** Step 9: alpha follows from the inputs, pi proves it, beta follows from pi. */
export function vrfStep(bench, attempt) {
  const { vrf, beacon, reveals } = attempt.part;
  const drawn = attempt.one("drawn");
  if (bench.inputsComplete(attempt)) {
    const transcript = {
      request: attempt.digest,
      nonces: reveals.map(({ party, nonce }) => ({ party, nonce })),
      beacon: beacon === null ? null : beacon.signature,
    };
    attempt.alpha = toHex(labelled("alpha", transcript));
  }
  if (vrf === null) {
    need(drawn === undefined, "drawn-without-proof");
    return found(say("nothing-computed"));
  }
  need(attempt.alpha !== null, "proof-without-inputs");
  need(vrf.alpha === attempt.alpha, "alpha-other");
  need((vrf.pi === null) === (vrf.beta === null), "pi-without-beta");
  if (vrf.pi === null) {
    need(drawn === undefined, "drawn-without-proof");
    return found(say("proof-absent"));
  }
  const key = attempt.request.vrf_key;
  attempt.beta = vrfOutput(fromHex(key), fromHex(vrf.alpha), fromHex(vrf.pi));
  need(attempt.beta !== null, "vrf-proof", key.slice(0, 16));
  need(toHex(attempt.beta) === vrf.beta, "beta-other");
  if (drawn !== undefined) {
    const due = { request: attempt.digest, alpha: vrf.alpha, pi: vrf.pi };
    for (const name of Object.keys(due)) need(drawn.body[name] === due[name], "drawn-other", name);
  }
  return found(say("vrf", attempt.alpha.slice(0, 16), key.slice(0, 16)));
}

/** Step 10: every ticket of every stratum; its order as far as it was walked. */
export function ticketsStep(bench, attempt) {
  if (attempt.beta === null) return found(say("nothing-computed"));
  const { strata } = attempt.request;
  const seed = label("seed", fromHex(attempt.alpha), attempt.beta);
  const walked = strata.map((_, i) => attempt.part.walk.filter((line) => line.stratum === i).length);
  attempt.orders = strata.map(({ id, size }, i) =>
    firstPositions(label("stratum", seed, utf8(id)), size, Math.min(walked[i], size)),
  );
  return found(say("tickets", strata.reduce((sum, { size }) => sum + size, 0), strata.length));
}

/**
 * The first positions by (ticket, position). The stream is read whole, but only tickets whose
 * first 32 bits lie under a bound are kept: a little more than `count` of them, as a rule.
 */
function firstPositions(key, size, count) {
  for (let share = count + 16; ; share *= 2) {
    const kept = ticketsBelow(key, size, Math.ceil((share / size) * 0x100000000));
    if (kept.length < count) continue;
    kept.sort((a, b) => compareBytes(a.ticket, b.ticket) || a.position - b.position);
    return kept.slice(0, count).map(({ position }) => position);
  }
}

function ticketsBelow(key, size, bound) {
  const stream = new Shake256(key);
  const buffer = new Uint8Array(TICKET * PIECE);
  const view = new DataView(buffer.buffer);
  const kept = [];
  for (let start = 0; start < size; start += PIECE) {
    const here = Math.min(PIECE, size - start);
    stream.read(buffer.subarray(0, TICKET * here));
    for (let i = 0; i < here; i++) {
      if (view.getUint32(TICKET * i) >= bound) continue;
      kept.push({ position: start + i, ticket: buffer.slice(TICKET * i, TICKET * (i + 1)) });
    }
  }
  return kept;
}

const FIRST_CODES = ["duplicate", "cap", "seated"];
const ANSWERS = [
  "declined", "unreachable", "withdrew", "recused", "late", "absent", "identity-failed", "left", "removed",
];

/** The walk, made again from the orders and the answers; every line is held against the bundle's. */
class Replay {
  constructor(attempt, parentLines) {
    this.attempt = attempt;
    this.lines = attempt.part.walk;
    this.seen = new Set(parentLines);
    this.reached = attempt.request.strata.map(() => 0);
    this.outcomes = [];
    this.texts = []; // canonical text of each line, kept for the digests
  }

  /** Append the stratum's next positions up to one that is seated; false where it is exhausted. */
  seatOne(stratum) {
    const { size } = this.attempt.request.strata[stratum];
    while (this.reached[stratum] < size) if (this.append(stratum) === "seated") return true;
    return false;
  }

  append(stratum) {
    const place = this.outcomes.length;
    need(place < this.lines.length, "walk-ends-early", place);
    const line = this.lines[place];
    need(line.stratum === stratum, "line-of-stratum", place, line.stratum, stratum);
    const due = this.attempt.orders[stratum][this.reached[stratum]];
    need(line.position === due, "line-position", place, line.position, due ?? "-");
    const [code] = line.outcomes;
    need(FIRST_CODES.includes(code), "first-code-unknown", place, code ?? "-");
    const isKnown = this.seen.has(line.commitment);
    need((code === "duplicate") === isKnown, isKnown ? "duplicate-due" : "duplicate-undue", place, code);
    this.seen.add(line.commitment);
    this.reached[stratum]++;
    this.outcomes.push([code]);
    this.write(place);
    return code;
  }

  write(place) {
    const { stratum, position, commitment } = this.lines[place];
    this.texts[place] = canonText({ stratum, position, commitment, outcomes: this.outcomes[place] });
  }

  /** Hex of the walk's digest as it stands. */
  digest() {
    return toHex(label("walk", utf8(`[${this.texts.join(",")}]`)));
  }

  draw() {
    this.attempt.request.strata.forEach(({ seats }, stratum) => {
      for (let seat = 0; seat < seats && this.seatOne(stratum); seat++);
    });
  }

  /** Free one seat and, after every code but `left`, pass it on. */
  answer(entry) {
    const { line, outcome } = entry.body;
    const exists = typeof line === "number" && line >= 0 && line < this.outcomes.length;
    need(exists, "answers-no-line", entry.index);
    need(ANSWERS.includes(outcome), "answer-unknown", entry.index, spelled(outcome));
    const held = this.outcomes[line].length === 1 && this.outcomes[line][0] === "seated";
    need(held, "answers-no-seat", entry.index, line);
    this.outcomes[line].push(outcome);
    this.write(line);
    if (outcome !== "left") this.seatOne(this.lines[line].stratum);
  }

  /** How far the walk has come with an entry; lacking: an empty seat and no position left. */
  stage(entry) {
    const held = this.attempt.request.strata.map(() => 0);
    this.outcomes.forEach((codes, place) => {
      if (codes[codes.length - 1] === "seated") held[this.lines[place].stratum]++;
    });
    const lacking = this.attempt.request.strata.some(
      ({ size, seats }, i) => this.reached[i] === size && held[i] < seats,
    );
    return { entry: entry.index, lines: this.outcomes.length, lacking };
  }
}

/** Step 11: the walk replayed with its answers, in the rosters, with the logged digests. */
export function walkStep(bench, attempt) {
  const { walk } = attempt.part;
  if (attempt.beta === null) {
    need(walk.length === 0, "walk-without-proof");
    return found(say("nothing-drawn"));
  }
  need(attempt.request.of === null || bench.bundle.parent !== null, "parent-lines-missing");
  need(walk.every((line) => line.stratum < attempt.request.strata.length), "line-of-no-stratum");
  needInRosters(attempt);
  const replay = new Replay(attempt, parentLines(bench.bundle.parent));
  replay.draw();
  const drawn = attempt.one("drawn");
  for (const entry of attempt.all("drawn", "answered")) {
    if (entry !== drawn) replay.answer(entry);
    need(entry.body.walk === replay.digest(), "walk-logged-other", entry.index);
    attempt.stages.push(replay.stage(entry));
  }
  need(replay.outcomes.length === walk.length, "walk-beyond-seats", replay.outcomes.length);
  walk.forEach((line, place) => {
    need(canonText(line.outcomes) === canonText(replay.outcomes[place]), "line-codes", place);
  });
  attempt.walkDigest = replay.digest();
  return found(say("walk", walk.length, attempt.orders.length, attempt.all("answered").length));
}

/** The commitments on all lines of the parents. */
function parentLines(parent) {
  if (parent === null) return [];
  return [...parent.walk.map((line) => line.commitment), ...parentLines(parent.parent)];
}

/** Refuse a commitment that is not in its roster, or not ascending with its position. */
function needInRosters(attempt) {
  const { strata } = attempt.request;
  const byStratum = strata.map(() => []);
  attempt.part.walk.forEach((line, place) => {
    const { id, size, root } = strata[line.stratum];
    const leaf = leafHash(fromHex(line.commitment));
    const [index, path] = [BigInt(line.position), line.inclusion.map(fromHex)];
    need(isIncluded(leaf, index, BigInt(size), path, fromHex(root)), "line-not-in-roster", place, id);
    byStratum[line.stratum].push(line);
  });
  for (const lines of byStratum) {
    lines.sort((a, b) => a.position - b.position);
    for (let i = 1; i < lines.length; i++) {
      const [lower, higher] = [lines[i - 1], lines[i]];
      const ascends = lower.position < higher.position && lower.commitment < higher.commitment;
      need(ascends, "roster-descends", lower.position, higher.position);
    }
  }
}
