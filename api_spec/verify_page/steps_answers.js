// Step 12: answers and closings.

import { fromBase64, isHex } from "./bytes.js";
import { labelled } from "./case.js";
import { signatureHolds } from "./ed25519.js";
import { found, need, say } from "./failures.js";
import { isCode } from "./forms.js";
import { spelled, wholeSeconds } from "./json.js";
import { needBase64 } from "./notes.js";
import { APPLICANTS } from "./shapes.js";

/** The center's time for its proof, once all inputs were there (protocol, step 7). */
const PROOF_SECONDS = 24n * 3600n;

/** Step 12: each answer is countersigned, and a closing signed, under a key of the right role. */
export function answersStep(bench, attempt) {
  const answers = attempt.all("answered");
  const doubts = answers.flatMap((entry) => answerDoubts(bench, attempt, entry));
  const { closing } = attempt;
  if (closing === undefined) return found(say("answers", answers.length), doubts);
  needClosingResult(bench, attempt, closing);
  doubts.push(...closingDoubts(bench, attempt, closing));
  return found(say("closed", answers.length, closing.word, closing.actor, closing.body.reason), doubts);
}

/** Refuse an answer that no independent contributor vouched for. */
function answerDoubts(bench, attempt, entry) {
  const { countersigner, outcome, evidence, previous } = entry.body;
  const contributor = attempt.request.contributors.find(({ party }) => party === countersigner);
  need(contributor !== undefined, "countersigner-unknown", entry.index, spelled(countersigner));
  const role = bench.trust.role(countersigner);
  need(!["center", ...APPLICANTS].includes(role), "countersigner-role", entry.index, role);
  need(isHex(evidence, 32), "no-hex", 32);
  const { stratum, position } = attempt.part.walk[entry.body.line];
  const { draw, digest: request } = attempt;
  const statement = { draw, request, stratum, position, outcome, evidence, previous };
  const signature = needBase64(entry.body.signature, 64);
  const holds = signatureHolds(fromBase64(contributor.key), signature, labelled("answer", statement));
  need(holds, "countersignature", entry.index);
  return role === undefined ? [say("role-of-unknown", countersigner)] : [];
}

/** Refuse a closing that hides or alters a result. */
function needClosingResult(bench, attempt, entry) {
  const due = { alpha: null, pi: null, walk: null };
  if (attempt.request !== null && bench.inputsComplete(attempt)) {
    due.alpha = attempt.alpha;
    if (entry.body.reason === "no-proof") {
      needNoProof(bench, attempt, entry);
    } else {
      need(attempt.beta !== null, "closing-hides");
      due.pi = attempt.part.vrf.pi;
      due.walk = attempt.walkDigest;
    }
  }
  for (const name of Object.keys(due)) need(entry.body[name] === due[name], "closing-other", name);
}

/** A center without a proof: voided, and not before its time is over. */
function needNoProof(bench, attempt, entry) {
  const proofless = entry.word === "voided" && !attempt.one("drawn") && attempt.beta === null;
  need(proofless, "no-proof-with-proof");
  const times = attempt.all("revealed").map((revealed) => wholeSeconds(revealed.at));
  const complete = [bench.roundTime(attempt) ?? 0n, ...times].reduce((a, b) => (a > b ? a : b));
  const waited = wholeSeconds(entry.at) - complete;
  need(waited >= PROOF_SECONDS, "no-proof-early", waited, PROOF_SECONDS);
}

/** Refuse a closing whose actor may not close, or did not sign. */
function closingDoubts(bench, attempt, entry) {
  const { reason, statement, alpha, walk } = entry.body;
  need(isCode(reason), "no-code");
  const role = bench.trust.role(entry.actor);
  const trusted = bench.trust.keys(entry.actor);
  if (role === undefined || trusted.length === 0) return [say("closer-unknown", entry.actor)];
  need(!attempt.missing.includes(entry.actor), "closer-missing", entry.actor);
  const contributors = attempt.request === null ? [] : attempt.request.contributors;
  if (role === "center") {
    needCenterLast(bench, attempt, contributors);
  } else {
    const lawful = entry.word === "voided" ? ["supervisor"] : APPLICANTS;
    need(lawful.includes(role), "closer-role", entry.word, role);
  }
  need(isHex(statement, 32), "no-hex", 32);
  const signed = labelled("close", {
    draw: attempt.draw, attempt: attempt.number, request: attempt.digest, state: entry.word, reason,
    statement, alpha, walk,
  });
  // a contributor's key that is not trusted made step 6 incomplete; it is no reason to fail here
  const own = contributors.filter(({ party }) => party === entry.actor).map(({ key }) => fromBase64(key));
  const signature = needBase64(entry.body.signature, 64);
  const holds = [...trusted, ...own].some((key) => signatureHolds(key, signature, signed));
  need(holds, "closing-signature", entry.actor);
  return [];
}

/** The center closes only where all who could are the missing parties. */
function needCenterLast(bench, attempt, contributors) {
  const closers = contributors
    .map(({ party }) => party)
    .filter((party) => ["supervisor", ...APPLICANTS].includes(bench.trust.role(party)));
  const allMissing = closers.length > 0 && closers.every((party) => attempt.missing.includes(party));
  need(allMissing, "center-closes");
}
