// Steps 5 to 7: request, contributors, reveals.

import { fromBase64, toHex } from "./bytes.js";
import { KEY_KIND, byParty, labelled } from "./case.js";
import { signatureHolds } from "./ed25519.js";
import { found, need, say } from "./failures.js";
import { microseconds, wholeSeconds } from "./json.js";
import { needBase64 } from "./notes.js";
import { APPLICANTS } from "./shapes.js";

/** Step 5: `sealed` carries R and agrees with `ordered` and the request; the edition's figures. */
export function requestStep(bench, attempt) {
  const { request } = attempt;
  const [ordered, sealed] = [attempt.one("ordered"), attempt.one("sealed")];
  need(sealed.body.request === attempt.digest, "sealed-other-request");
  for (const entry of [ordered, sealed]) {
    for (const name of ["purpose", "attempt", "of"]) {
      need(entry.body[name] === request[name], "request-differs", name, entry.word);
    }
    need(entry.subject === request.subject, "request-differs", "subject", entry.word);
  }
  need(request.origin === bench.bundle.request.origin, "request-other-log");
  const asOf = request.pool.as_of;
  need(ordered.index < asOf && asOf <= sealed.index, "as-of", asOf, ordered.index, sealed.index);
  const key = bench.entries.find((entry) => isVrfKey(entry, request.vrf_key) && entry.index < sealed.index);
  need(key !== undefined, "vrf-key-unlogged");
  const edition = bench.edition(attempt);
  if (edition === undefined) return found(null, [say("edition-unknown", request.rulebook)]);
  needFigures(attempt, edition, sealed.at - key.at);
  return found(say("request", attempt.digest.slice(0, 16), sealed.index, asOf, request.rulebook));
}

function isVrfKey(entry, key) {
  return entry.kind === KEY_KIND && entry.body.purpose === "draw-vrf" && entry.body.key === key;
}

/** Hold the request against its edition; `lead` is in microseconds. */
function needFigures(attempt, edition, lead) {
  const { request } = attempt;
  if (attempt.isOpenPurpose) {
    need(Object.keys(request.caps).length === 0, "purpose-without-caps");
  } else {
    for (const { id, size, seats } of request.strata) {
      const due = BigInt(edition.roster_multiple) * BigInt(seats);
      need(BigInt(size) >= due, "roster-small", id, size, seats, edition.roster_multiple);
    }
  }
  need(request.attempt <= edition.attempts_max, "attempts-max", request.attempt, edition.attempts_max);
  const due = BigInt(edition.vrf_lead_hours) * 3600n * 1000000n;
  need(lead >= due, "vrf-lead", wholeSeconds(lead), edition.vrf_lead_hours);
}

/** Step 6: number, distinctness, roles; exactly the committed parties; keys and signatures. */
export function contributorsStep(bench, attempt) {
  const { contributors } = attempt.request;
  const parties = contributors.map((contributor) => contributor.party);
  need(parties.length >= 2, "contributors-few", parties.length);
  need(new Set(parties).size === parties.length, "party-twice");
  need(new Set(contributors.map((c) => c.key)).size === parties.length, "key-shared");
  need(parties.some((party) => bench.trust.role(party) !== "center"), "center-alone");
  const doubts = roleDoubts(bench, attempt, parties);
  const entries = attempt.all("committed");
  const committed = byParty(entries);
  const exact = entries.length === parties.length && parties.every((party) => committed.has(party));
  need(exact, "not-the-committed");
  for (const contributor of contributors) {
    needCommit(attempt, contributor, committed.get(contributor.party));
    const trusted = bench.trust.keys(contributor.party).map(toHex);
    const known = trusted.includes(toHex(fromBase64(contributor.key)));
    if (!known) doubts.push(say("key-untrusted", contributor.party));
  }
  const listed = parties.map((party) => `${party} (${bench.trust.role(party) ?? "?"})`).join(", ");
  return found(say("contributors", parties.length, listed), doubts);
}

/** Refuse where a role that must contribute is absent; return what the trust file leaves open. */
function roleDoubts(bench, attempt, parties) {
  const edition = bench.edition(attempt);
  const doubts = edition === undefined ? [say("edition-unknown", attempt.request.rulebook)] : [];
  const due = (edition?.must_contribute ?? []).map((role) => [role]);
  if (!attempt.isOpenPurpose) due.push(APPLICANTS);
  const roles = parties.map((party) => bench.trust.role(party));
  for (const wanted of due) {
    if (roles.some((role) => wanted.includes(role))) continue;
    need(roles.includes(undefined), "role-missing", wanted.join(" / "));
    doubts.push(say("role-unknown", wanted.join(" / ")));
  }
  return doubts;
}

/** Refuse a `committed` entry that is not the contributor's own (protocol, step 2). */
function needCommit(attempt, { party, key, commitment }, entry) {
  need(entry.actor === party, "committed-by-other", party, entry.actor);
  need(entry.body.commitment === commitment, "commitment-other", party);
  const message = labelled("commit", { draw: attempt.draw, party, commitment });
  const holds = signatureHolds(fromBase64(key), needBase64(entry.body.signature, 64), message);
  need(holds, "commit-signature", party);
}

/** Step 7: each nonce opens its commitment, each signature holds, missing ones where allowed. */
export function revealsStep(bench, attempt) {
  const { contributors } = attempt.request;
  const { reveals } = attempt.part;
  const inOrder = reveals.every((reveal, i) => reveal.party === contributors[i]?.party);
  need(inOrder && reveals.length === contributors.length, "reveals-order");
  const entries = attempt.all("revealed");
  const logged = byParty(entries);
  const parties = contributors.map((contributor) => contributor.party);
  const byContributors = [...logged.keys()].every((party) => parties.includes(party));
  need(byContributors && logged.size === entries.length, "revealed-by-other");
  contributors.forEach((contributor, i) => {
    needReveal(bench, attempt, contributor, reveals[i], logged.get(contributor.party));
  });
  const { missing } = attempt;
  if (missing.length > 0 && attempt.one("drawn")) {
    needMissingAllowed(bench, attempt, logged.size, parties.length);
  }
  const opened = reveals.length - missing.length;
  if (missing.length === 0) return found(say("reveals", opened, reveals.length));
  return found(say("reveals-missing", opened, reveals.length, missing.join(", ")));
}

/** A draw goes on without a reveal only with a beacon, witnesses and an entry of each. */
function needMissingAllowed(bench, attempt, logged, due) {
  const [first] = attempt.missing;
  need(attempt.request.beacon !== null && bench.trust.quorum > 0, "missing-not-allowed", first);
  need(logged === due, "missing-unlogged");
  need(bench.hasOutsideNonce(attempt), "center-nonce-alone");
}

/** Refuse a reveal that opens nothing, is unsigned, late, or not what was logged. */
function needReveal(bench, attempt, { key, commitment }, { party, nonce, signature }, entry) {
  need((nonce === null) === (signature === null), "nonce-without-signature", party);
  if (entry !== undefined) {
    const same = entry.body.nonce === nonce && entry.body.signature === signature;
    need(same, "reveal-other", party);
    need(entry.body.request === attempt.digest, "reveal-other-request", party);
    need(entry.actor === (nonce === null ? bench.trust.center : party), "reveal-actor", party, entry.actor);
  }
  if (nonce === null) return;
  const opened = labelled("contribution", { draw: attempt.draw, party, nonce });
  need(toHex(opened) === commitment, "nonce-opens-not", party);
  const message = labelled("reveal", { draw: attempt.draw, request: attempt.digest, nonce });
  need(signatureHolds(fromBase64(key), fromBase64(signature), message), "reveal-signature", party);
  need(entry !== undefined, "reveal-unlogged", party);
  need(entry.at <= microseconds(attempt.request.reveal_by, false), "reveal-late", party);
}
