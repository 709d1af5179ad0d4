// Step 14: earlier attempts, and a supplement's parent.

import { byParty } from "./case.js";
import { Refused, found, need, say } from "./failures.js";
import { answersStep } from "./steps_answers.js";
import { beaconStep } from "./steps_beacon.js";
import { ticketsStep, vrfStep, walkStep } from "./steps_draw.js";
import { contributorsStep, requestStep, revealsStep } from "./steps_request.js";

/** Steps 5 to 12, which judge one attempt. */
export const ATTEMPT_STEPS = [
  ["request", requestStep],
  ["contributors", contributorsStep],
  ["reveals", revealsStep],
  ["beacon", beaconStep],
  ["vrf", vrfStep],
  ["tickets", ticketsStep],
  ["walk", walkStep],
  ["answers", answersStep],
];

/** Run a step of something within the bundle: its refusal and doubts name where they stand. */
function within(wrap, run) {
  try {
    return run().doubts.map(wrap);
  } catch (error) {
    if (error instanceof Refused) throw new Refused(wrap(error.words));
    throw error;
  }
}

/** Step 14, first half: each earlier attempt as far as it got, with its closing. */
export function earlierStep(bench) {
  const earlier = bench.attempts.slice(0, -1);
  const doubts = [];
  for (const attempt of earlier) {
    const steps = ATTEMPT_STEPS.filter(([name]) => attempt.request !== null || name === "answers");
    for (const [name, step] of steps) {
      const wrap = (words) => say("in-attempt", attempt.number, name, words);
      doubts.push(...within(wrap, () => step(bench, attempt)));
    }
  }
  doubts.push(...releaseDoubts(bench));
  return found(say("earlier", earlier.length), doubts);
}

/**
 * Who contributed to an attempt and not to the next signed a release, which no bundle holds.
 * Of an attempt closed before its seal those are known who committed.
 */
function releaseDoubts(bench) {
  const doubts = [];
  let bound = new Map(); // party -> the attempt that it is known to be part of
  for (const attempt of bench.attempts) {
    if (attempt.request === null) {
      for (const party of byParty(attempt.all("committed")).keys()) bound.set(party, attempt.number);
      continue;
    }
    const staying = attempt.request.contributors.map(({ party }) => party);
    for (const [party, number] of bound) {
      if (!staying.includes(party)) doubts.push(say("release-absent", party, number));
    }
    bound = new Map(staying.map((party) => [party, attempt.number]));
  }
  return doubts;
}

/** Step 14, second half; `judgeParent` returns the parent's case and its steps. */
export function parentStep(bench, judgeParent) {
  const { request, parent, log } = bench.bundle;
  need((request.of === null) === (parent === null), "parent-disagree");
  if (parent === null) return found(say("parent-none"));
  need(parent.request.draw === request.of, "parent-other-draw");
  need(parent.log.checkpoint === log.checkpoint, "parent-other-checkpoint");
  for (const name of ["origin", "subject", "secret"]) {
    need(parent.request[name] === request[name], "parent-differs", name);
  }
  const { theirs, steps } = judgeParent(parent);
  const doubts = steps.flatMap(([name, run]) => within((words) => say("in-parent", name, words), run));
  const newest = needExhausted(bench, theirs.attempt);
  return found(say("parent", request.of, newest), doubts);
}

/** Refuse a supplement ordered too early, and a parent walked on after its seal. */
function needExhausted(bench, parent) {
  const [ordered] = bench.attempts[0].entries;
  const before = parent.entries.filter((entry) => entry.index < ordered.index).map((entry) => entry.index);
  const newest = before[before.length - 1];
  need(newest !== undefined && ordered.body.previous === newest, "supplement-fork");
  const { closing } = parent;
  need(closing === undefined || closing.index > ordered.index, "parent-closed");
  const atOrder = parent.stages.filter((stage) => stage.entry < ordered.index).pop();
  need(atOrder !== undefined && atOrder.lacking, "parent-not-exhausted");
  const seals = bench.attempts.flatMap((attempt) => attempt.all("sealed")).map((entry) => entry.index);
  const atSeal = parent.stages.filter((stage) => stage.entry < Math.min(...seals)).pop();
  need(atSeal.lines === parent.stages[parent.stages.length - 1].lines, "parent-walked-on");
  return newest;
}
