// Steps 2 to 4: checkpoint, inclusion, order.

import { equalBytes, fromBase64, fromHex } from "./bytes.js";
import { DRAW_KIND, KEY_KIND } from "./case.js";
import { Refused, Unreadable, found, need, say } from "./failures.js";
import { aText, anyText, anything, exactly, mapOf, recordOf } from "./forms.js";
import { canon, canonText, microseconds, readJson } from "./json.js";
import { openCheckpoint } from "./notes.js";
import { isIncluded, leafHash } from "./trees.js";

/** Step 2: origin, log signature, cosignatures against the trusted quorum. */
export function checkpointStep(bench) {
  const { bundle, trust } = bench;
  bench.checkpoint = openCheckpoint(bundle.log.checkpoint, bundle.request.origin, trust);
  const { size, times } = bench.checkpoint;
  const words = say("checkpoint", size, times.size, trust.witnessCount, trust.quorum);
  return found(words, times.size < trust.quorum ? [say("below-quorum", times.size, trust.quorum)] : []);
}

const entryForm = recordOf({
  v: exactly(1), act: anyText, kind: anyText, at: anyText, subject: anyText, actor: aText,
  role: anyText, body: mapOf(anything),
});

/** Read an entry whose inclusion holds: canonical, of the kind that the bundle says. */
function readEntry(kind, index, leaf) {
  let value;
  try {
    value = readJson(leaf);
  } catch (error) {
    if (error instanceof Unreadable) throw new Refused(say("entry-no-json", index));
    throw error;
  }
  need(equalBytes(canon(value), leaf), "entry-not-canonical", index);
  entryForm(value, `entry ${index}`);
  need(value.kind === kind, "entry-kind", index, value.kind, kind);
  const word = kind.startsWith(DRAW_KIND) ? kind.slice(DRAW_KIND.length) : null;
  return { ...value, index, leaf, word, at: microseconds(value.at, true) };
}

/** Step 3: each entry is in the checkpoint's tree, and its leaf says its kind. */
export function inclusionStep(bench) {
  const { size, root } = bench.checkpoint;
  const listed = [...bench.bundle.log.entries].sort((a, b) => a.index - b.index);
  bench.entries = listed.map((item) => {
    const leaf = fromBase64(item.leaf);
    const holds = isIncluded(leafHash(leaf), BigInt(item.index), size, item.inclusion.map(fromHex), root);
    need(holds, "entry-not-included", item.index, size);
    return readEntry(item.kind, item.index, leaf);
  });
  return found(say("inclusion", listed.length));
}

/** The order in which the words of an attempt may stand, and what each body must have. */
const WORDS = {
  ordered: [0, "purpose", "attempt", "of"],
  committed: [1, "party", "commitment", "signature"],
  sealed: [2, "request", "purpose", "attempt", "of"],
  revealed: [3, "party", "nonce", "request", "signature"],
  drawn: [4, "request", "alpha", "pi", "beacon", "walk"],
  answered: [5, "line", "outcome", "evidence", "countersigner", "signature", "walk"],
  voided: [6, "reason", "statement", "signature", "alpha", "pi", "walk"],
  lapsed: [6, "reason", "statement", "signature", "alpha", "pi", "walk"],
  identified: [6, "openings"],
};
const LAST = 6;
const phase = (entry) => WORDS[entry.word][0];

/** Step 4: the chain of `previous`, the sequence of steps, attempts gapless and closed. */
export function orderStep(bench) {
  const indexes = bench.entries.map((entry) => entry.index);
  need(new Set(indexes).size === indexes.length, "entry-twice");
  const byDraw = new Map(bench.attempts.map((attempt) => [attempt.draw, attempt]));
  need(byDraw.size === bench.attempts.length, "draw-id-twice");
  for (const entry of bench.entries) {
    if (entry.kind === KEY_KIND) continue;
    need(entry.word !== null && Object.hasOwn(WORDS, entry.word), "entry-of-kind", entry.index, entry.kind);
    const attempt = byDraw.get(entry.body.draw);
    need(attempt !== undefined, "entry-of-other-draw", entry.index);
    for (const name of ["previous", ...WORDS[entry.word].slice(1)]) {
      need(name in entry.body, "entry-lacks", entry.index, name);
    }
    attempt.entries.push(entry);
  }
  bench.attempts.forEach((attempt, i) => {
    needSequence(attempt);
    needStart(bench, attempt, bench.attempts[i - 1]);
  });
  const { attempt } = bench;
  const count = bench.attempts.reduce((sum, one) => sum + one.entries.length, 0);
  const newest = attempt.entries[attempt.entries.length - 1];
  const words = say("order", count, bench.attempts.length, newest.index);
  return found(words, attempt.one("drawn") || attempt.closing ? [] : [say("still-open")]);
}

/** Refuse entries that are out of order, doubled, or do not name the one before. */
function needSequence(attempt) {
  const { entries, number } = attempt;
  need(entries.length > 0 && entries[0].word === "ordered", "not-ordered-first", number);
  for (let i = 1; i < entries.length; i++) {
    const [before, entry] = [entries[i - 1], entries[i]];
    const mayFollow = phase(before) <= phase(entry) && phase(before) < LAST;
    need(mayFollow, "out-of-order", entry.index, entry.word, before.word);
    need(entry.body.previous === before.index, "previous-broken", entry.index, before.index);
  }
  for (const word of ["ordered", "sealed", "drawn"]) {
    need(attempt.all(word).length <= 1, "word-twice", number, word);
  }
  const sealed = attempt.one("sealed") !== undefined;
  need(sealed === (attempt.request !== null), "seal-without-request", number);
  need(sealed || !attempt.one("revealed", "drawn", "answered", "identified"), "on-without-seal", number);
  need(attempt.one("drawn") || !attempt.one("answered", "identified"), "on-without-drawn", number);
  const parties = attempt.all("revealed").map((e) => e.body.party).filter((p) => typeof p === "string");
  need(new Set(parties).size === parties.length, "revealed-twice", number);
}

/** Refuse an `ordered` that does not follow from the closing of the attempt before. */
function needStart(bench, attempt, before) {
  const [ordered] = attempt.entries;
  const reference = bench.attempt.entries[0]; // of the bundle's own attempt
  need(ordered.body.attempt === attempt.number, "attempt-gap", ordered.index, attempt.number);
  need(reference !== undefined, "not-ordered-first", bench.attempt.number);
  for (const entry of [...attempt.entries, reference]) {
    need(entry.subject === ordered.subject, "other-subject", entry.index);
  }
  for (const name of ["purpose", "of"]) {
    const agrees = canonText(ordered.body[name]) === canonText(reference.body[name]);
    need(agrees, "ordered-otherwise", attempt.number, name);
  }
  const { previous } = ordered.body;
  if (before !== undefined) {
    need(before.closing !== undefined, "attempt-open", before.number);
    const closing = before.entries[before.entries.length - 1];
    need(previous === closing.index, "not-after-closing", attempt.number);
  } else if (ordered.body.of === null) {
    need(previous === null, "first-names-entry");
  } else {
    const named = typeof previous === "number" && previous >= 0 && previous < ordered.index;
    need(named, "supplement-forks-nowhere");
  }
}
