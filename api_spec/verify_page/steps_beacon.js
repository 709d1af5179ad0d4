// Step 8: beacon.

import { bigToBytes, fromHex, isHex } from "./bytes.js";
import { blsSignatureHolds, decodeG1, decodeG2 } from "./bls12381.js";
import { found, need, say } from "./failures.js";
import { microseconds } from "./json.js";
import { openCheckpoint, parseTlogProof } from "./notes.js";
import { sha256 } from "./sha2.js";
import { isIncluded, leafHash } from "./trees.js";

/** The schemes whose signatures are checked here, with the domain tag of their hash. */
const TAGS = { "bls-unchained-g1-rfc9380": "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_" };

/** Step 8: request, bundle and log agree; the round's time, signature and early cosignatures. */
export function beaconStep(bench, attempt) {
  const [asked, given, drawn] = [attempt.request.beacon, attempt.part.beacon, attempt.one("drawn")];
  need((asked === null) === (given === null), "beacon-disagree");
  const signature = given === null ? null : given.signature;
  if (drawn !== undefined) need(drawn.body.beacon === signature, "beacon-logged-other");
  if (asked === null) {
    need(attempt.early === null, "early-without-beacon");
    return found(say("beacon-none"));
  }
  need(given.chain === asked.chain && given.round === asked.round, "beacon-other-round");
  const chain = bench.trust.beacons[asked.chain];
  if (chain === undefined) return found(null, [say("chain-unknown", asked.chain.slice(0, 16))]);
  const doubts = leadDoubts(bench, attempt);
  if (signature === null) {
    need(drawn === undefined, "drawn-without-beacon");
    return found(say("beacon-awaited", asked.round), doubts);
  }
  needSignature(chain, asked.round, signature);
  if (drawn !== undefined && bench.trust.quorum > 0) doubts.push(...earlyDoubts(bench, attempt));
  return found(say("beacon", asked.round, asked.chain.slice(0, 16)), doubts);
}

/** Refuse a round that comes too soon after `reveal_by`. */
function leadDoubts(bench, attempt) {
  const edition = bench.edition(attempt);
  if (edition === undefined) return [say("edition-unknown", attempt.request.rulebook)];
  const lead = bench.roundTime(attempt) - microseconds(attempt.request.reveal_by, false) / 1000000n;
  need(lead >= BigInt(edition.round_lead_minutes) * 60n, "round-lead", lead, edition.round_lead_minutes);
  return [];
}

/** Refuse a signature that is not the chain's over this round. */
function needSignature(chain, round, signature) {
  need(Object.hasOwn(TAGS, chain.scheme), "scheme-unknown", chain.scheme);
  const key = isHex(chain.public_key, 96) ? decodeG2(fromHex(chain.public_key)) : null;
  need(key !== null, "chain-key");
  const point = decodeG1(fromHex(signature));
  need(point !== null, "beacon-no-point");
  const message = sha256(bigToBytes(BigInt(round), 8));
  need(blsSignatureHolds(key, point, message, TAGS[chain.scheme]), "beacon-signature", round);
}

/** Refuse early proofs that do not hold or came too late; return what of them is missing. */
function earlyDoubts(bench, attempt) {
  if (attempt.early === null) return [say("early-absent")];
  const { quorum } = bench.trust;
  const roundTime = bench.roundTime(attempt);
  const doubts = [];
  for (const word of ["sealed", "revealed"]) {
    const entry = attempt.all(word).at(-1); // the last one's proof covers all: a log only grows
    const proof = parseTlogProof(attempt.early[word]);
    need(entry !== undefined && proof.index === BigInt(entry.index), "early-other-entry", word);
    const { size, root, times } = openCheckpoint(proof.note, bench.bundle.request.origin, bench.trust);
    need(isIncluded(leafHash(entry.leaf), proof.index, size, proof.path, root), "early-not-included", word);
    const inTime = [...times.values()].filter((seconds) => seconds < roundTime).length;
    if (inTime >= quorum) continue;
    need(times.size < quorum, "early-late", word);
    doubts.push(say("early-few", word, inTime, quorum));
  }
  return doubts;
}
