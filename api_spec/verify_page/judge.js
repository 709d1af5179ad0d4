// A whole verification: every step in order, one verdict (draw.md, "Verifying").

import { Attempt, Case } from "./case.js";
import { Refused, Unreadable, found, say } from "./failures.js";
import { readJson } from "./json.js";
import { aBundle, readTrust } from "./shapes.js";
import { eligibilityStep, rostersStep } from "./steps_auditor.js";
import { ATTEMPT_STEPS, earlierStep, parentStep } from "./steps_earlier.js";
import { checkpointStep, inclusionStep, orderStep } from "./steps_log.js";
import { openingsStep } from "./steps_openings.js";

/** The number that each verdict ends a program with. */
export const EXIT = { valid: 0, failed: 1, unusable: 2, incomplete: 3, void: 4 };

/** Step 1: types, lengths, encodings, no unknown fields, bounds of the request. */
function shapeStep(bench) {
  const { bundle } = bench;
  aBundle(bundle, "bundle");
  bench.attempts = bundle.earlier.map((part, i) => {
    const draw = part.request === null ? part.draw : part.request.draw;
    return new Attempt(i + 1, draw, part, null);
  });
  const { request } = bundle;
  bench.attempts.push(new Attempt(bench.attempts.length + 1, request.draw, bundle, bundle.log.early));
  const sum = (name) => request.strata.reduce((total, stratum) => total + stratum[name], 0);
  const { contributors, strata, attempt } = request;
  return found(say("shape", strata.length, sum("seats"), sum("size"), contributors.length, attempt));
}

/** All steps of a case: [name, function that returns a finding or throws Refused]. */
function stepsOf(bench) {
  const steps = [
    ["shape", () => shapeStep(bench)],
    ["checkpoint", () => checkpointStep(bench)],
    ["inclusion", () => inclusionStep(bench)],
    ["order", () => orderStep(bench)],
    ...ATTEMPT_STEPS.map(([name, step]) => [name, () => step(bench, bench.attempt)]),
    ["openings", () => openingsStep(bench)],
    ["earlier", () => earlierStep(bench)],
    ["parent", () => parentStep(bench, (parent) => judgeParent(parent, bench.trust))],
  ];
  if (bench.auditor !== null) {
    steps.push(["rosters", () => rostersStep(bench)], ["eligibility", () => eligibilityStep(bench)]);
  }
  return steps;
}

function judgeParent(parent, trust) {
  const theirs = new Case(parent, trust);
  return { theirs, steps: stepsOf(theirs) };
}

/** Run one step. Nothing that a file holds may end this program: what slips through has failed. */
function runStep(step, run) {
  try {
    const { words, doubts } = run();
    return { step, outcome: doubts.length > 0 ? "incomplete" : "ok", words, doubts };
  } catch (error) {
    const words = error instanceof Refused ? error.words : say("not-carried-out", String(error));
    return { step, outcome: "failed", words, doubts: [] };
  }
}

/** Open the files; returns a case, or a report that ends here. */
function open(bundleBytes, trustBytes, auditorBytes) {
  let file = "trust";
  let auditor = null;
  try {
    const trust = readTrust(trustBytes);
    file = "auditor";
    if (auditorBytes !== null) auditor = readOrRefusal(auditorBytes);
    file = "bundle";
    return { bench: new Case(readJson(bundleBytes), trust, auditor) };
  } catch (error) {
    if (error instanceof Refused && file === "bundle") {
      const step = { step: "shape", outcome: "failed", words: error.words, doubts: [] };
      return { report: { verdict: "failed", exit: EXIT.failed, steps: [step], notes: [], demo: false } };
    }
    const isKnown = error instanceof Refused || error instanceof Unreadable;
    const cause = isKnown ? error.words : say("not-carried-out", String(error));
    const notes = [say("unusable-file", file, cause)];
    return { report: { verdict: "unusable", exit: EXIT.unusable, steps: [], notes, demo: false } };
  }
}

/** An auditor's file outside our domain is judged in its own step. */
function readOrRefusal(bytes) {
  try {
    return readJson(bytes);
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
}

/**
 * Judge the bytes of a bundle under those of a trust file, and of the auditor's file where there
 * is one (else null). Yields the name of each step before it and its result after it; returns the
 * report. Throws nothing, whatever the files hold.
 */
export function* judging(bundleBytes, trustBytes, auditorBytes = null) {
  const { bench, report } = open(bundleBytes, trustBytes, auditorBytes);
  if (report !== undefined) return report;
  const results = [];
  for (const [name, run] of stepsOf(bench)) {
    yield { begins: name };
    const result = runStep(name, run);
    results.push(result);
    yield { result };
    if (result.outcome === "failed") break;
  }
  return conclude(bench, results);
}

/** The same in one go. */
export function judge(bundleBytes, trustBytes, auditorBytes = null) {
  const run = judging(bundleBytes, trustBytes, auditorBytes);
  let turn = run.next();
  while (!turn.done) turn = run.next();
  return turn.value;
}

/** The strongest verdict, and what it rests on. */
function conclude(bench, steps) {
  const has = (outcome) => steps.some((step) => step.outcome === outcome);
  const { attempt } = bench;
  const closed = attempt !== undefined && attempt.closing !== undefined;
  const verdict = has("failed") ? "failed" : has("incomplete") ? "incomplete" : closed ? "void" : "valid";
  const demo = attempt !== undefined && bench.edition(attempt)?.demo === true;
  const notes = verdict === "failed" ? [] : notesOf(bench, attempt);
  return { verdict, exit: EXIT[verdict], steps, notes, demo };
}

function notesOf(bench, attempt) {
  const { checkpoint, trust } = bench;
  const witnessed = checkpoint.times.size;
  const codes = new Map();
  for (const code of attempt.part.walk.flatMap((line) => line.outcomes)) {
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  const counts = [...codes.keys()].sort().map((code) => `${code} ${codes.get(code)}`);
  const newest = attempt.entries[attempt.entries.length - 1];
  return [
    say("of-draw", attempt.draw, attempt.request.attempt),
    witnessed > 0 ? say("witnessed", witnessed, trust.witnessCount) : say("unwitnessed"),
    say("as-of-size", checkpoint.size, newest.index),
    say("codes", counts.join(", ") || "-"),
    ...(bench.capsUnproved > 0 ? [say("caps-unproved", bench.capsUnproved)] : []),
    say("rivals"),
  ];
}
