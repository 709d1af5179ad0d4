// A bundle as it is being judged: what the steps pass on to each other.

import { toHex } from "./bytes.js";
import { canon } from "./json.js";
import { label } from "./trees.js";

export const KEY_KIND = "oversight.keys.published";
export const DRAW_KIND = "bidding.draw.";

/** Purposes whose rosters are public from the seal on: no multiple, no caps, nothing left closed. */
export const OPEN_PURPOSES = [
  "tie-break", "parameter", "presentation-order", "host-site", "inspection-sample",
];

/** L(name, canon(value)). */
export function labelled(name, value) {
  return label(name, canon(value));
}

/** One attempt: what the bundle says of it, and its entries on the log. */
export class Attempt {
  /** `part` holds request, reveals, beacon, vrf and walk; request is null where never sealed. */
  constructor(number, draw, part, early) {
    this.number = number;
    this.draw = draw;
    this.part = part;
    this.early = early;
    this.entries = [];
    this.request = part.request;
    // every encoding in the request passed the shape, so its canonical bytes are the verifier's own
    this.digest = part.request === null ? null : toHex(labelled("request", part.request));
    this.alpha = null; // hex, where the inputs are complete (step 9)
    this.beta = null; // bytes, where the proof holds (step 9)
    this.orders = []; // positions of each stratum, as far as walked (step 10)
    this.stages = []; // how far the walk had come with each entry (step 11)
    this.walkDigest = null; // hex, as the walk stands (step 11)
  }

  all(...words) {
    return this.entries.filter((entry) => words.includes(entry.word));
  }

  /** The first entry with this word, or undefined. */
  one(...words) {
    return this.entries.find((entry) => words.includes(entry.word));
  }

  get closing() {
    return this.one("voided", "lapsed");
  }

  /** The parties whose reveal the bundle does not hold. */
  get missing() {
    return this.part.reveals.filter((reveal) => reveal.nonce === null).map((reveal) => reveal.party);
  }

  get isOpenPurpose() {
    return OPEN_PURPOSES.includes(this.request.purpose);
  }
}

/** One judgement under way; a parent is a case of its own. */
export class Case {
  constructor(bundle, trust, auditor = null) {
    this.bundle = bundle;
    this.trust = trust;
    this.auditor = auditor;
    this.attempts = [];
    this.entries = []; // with the keys' entries, in log order (step 3)
    this.checkpoint = null;
    this.capsUnproved = 0;
  }

  /** The attempt that the bundle is about: the last. */
  get attempt() {
    return this.attempts[this.attempts.length - 1];
  }

  /** The figures of an attempt's edition; undefined where the trust file does not know it. */
  edition(attempt) {
    return this.trust.editions[attempt.request.rulebook];
  }

  /** POSIX second (a BigInt) of an attempt's round; null where its chain is not trusted. */
  roundTime(attempt) {
    const asked = attempt.request.beacon;
    const chain = asked && this.trust.beacons[asked.chain];
    return chain ? BigInt(chain.genesis) + BigInt(asked.round - 1) * BigInt(chain.period) : null;
  }

  /** Whether somebody other than the center revealed a nonce. */
  hasOutsideNonce(attempt) {
    return attempt.part.reveals.some((r) => r.nonce !== null && this.trust.role(r.party) !== "center");
  }

  /** Whether all was there that a result is computed from (draw.md, step 4 of the protocol). */
  inputsComplete(attempt) {
    const missing = attempt.missing.length > 0;
    const beacon = attempt.part.beacon;
    if (beacon === null) return !missing;
    if (beacon.signature === null) return false;
    if (!missing) return true;
    const allLogged = attempt.all("revealed").length === attempt.request.contributors.length;
    return this.trust.quorum > 0 && allLogged && this.hasOutsideNonce(attempt);
  }
}

/** Entries by the party in their body; those that name none fall away. */
export function byParty(entries) {
  return new Map(entries.filter((e) => typeof e.body.party === "string").map((e) => [e.body.party, e]));
}
