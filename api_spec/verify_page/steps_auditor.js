// Steps 15 and 16: with the auditor's file.

import { compareBytes, fromHex, toHex, utf8 } from "./bytes.js";
import { Refused, found, need, say } from "./failures.js";
import { isCode } from "./forms.js";
import { canon, canonText, comparePoints } from "./json.js";
import { HmacSha512 } from "./sha2.js";
import { anAuditorsFile } from "./shapes.js";
import { label, treeRoot } from "./trees.js";

const ascending = (items, compare) => items.every((item, i) => i === 0 || compare(items[i - 1], item) < 0);

/** Step 15: every expert of the auditor's file hashes into his place; ids are distinct. */
export function rostersStep(bench) {
  const { auditor, bundle } = bench;
  if (auditor instanceof Refused) throw auditor;
  anAuditorsFile(auditor, "auditor");
  const { strata } = bundle.request;
  const secret = fromHex(auditor.secret);
  need(toHex(label("secret", secret)) === bundle.request.secret, "secret-other");
  need(auditor.entries.length === strata.length, "rosters-strata", auditor.entries.length, strata.length);
  const salter = new HmacSha512(secret);
  const known = new Map();
  strata.forEach(({ id, size, root }, place) => {
    const roster = auditor.entries[place];
    needPeople(roster, id, known);
    need(roster.length === size, "roster-size", id, roster.length, size);
    const commitments = roster.map((expert) => commitmentOf(salter, expert));
    need(ascending(commitments, compareBytes), "roster-unsorted", id);
    need(toHex(treeRoot(commitments)) === root, "roster-root", id);
  });
  return found(say("rosters", known.size, strata.length));
}

/** c(e) of the protocol, step 3. */
function commitmentOf(salter, { expert, name, employer, region, specialties }) {
  const salts = salter.of(utf8(expert));
  const identity = label("identity", salts.subarray(0, 32), canon({ expert, name }));
  const attributes = label("attributes", salts.subarray(32), canon({ employer, region, specialties }));
  return label("entry", identity, attributes);
}

/** Refuse an expert twice in a roster, in two forms, or with unsorted specialties. */
function needPeople(roster, stratum, known) {
  need(new Set(roster.map(({ expert }) => expert)).size === roster.length, "expert-twice", stratum);
  for (const expert of roster) {
    need(ascending(expert.specialties, comparePoints), "specialties-unsorted", stratum);
    const form = canonText(expert);
    need((known.get(expert.expert) ?? form) === form, "expert-two-forms", stratum);
    known.set(expert.expert, form);
  }
}

/**
 * Step 16: the exclusions open, nobody is on both sides, everybody fits his stratum. Whether the
 * rosters hold all who were eligible follows from the pool's own entries, which no file holds.
 */
export function eligibilityStep(bench) {
  const { request } = bench.bundle;
  const { entries, excluded } = bench.auditor;
  const digest = label("excluded", fromHex(excluded.salt), canon(excluded.list));
  need(toHex(digest) === request.pool.excluded, "excluded-other");
  for (const pair of excluded.list) need(pair.length === 2 && isCode(pair[1]), "exclusion-form");
  need(ascending(excluded.list, comparePairs), "excluded-unsorted");
  const inRosters = new Set(entries.flat().map(({ expert }) => expert));
  const both = excluded.list.filter(([expert]) => inRosters.has(expert));
  need(both.length === 0, "excluded-and-in", both.length);
  request.strata.forEach(({ id }, place) => needMatching(entries[place], id));
  const words = say("eligibility", inRosters.size, excluded.list.length);
  return found(words, [say("pool-not-read", request.pool.as_of)]);
}

function comparePairs([expertA, groundA], [expertB, groundB]) {
  return comparePoints(expertA, expertB) || comparePoints(groundA, groundB);
}

/**
 * Refuse an expert that does not fit `<specialty>@<region>`; other ids say nothing of that. A
 * region covers those below it: six digits of GB/T 2260, wider ones ending in pairs of zeros.
 */
function needMatching(roster, stratum) {
  const match = /^([^@]+)@([0-9]{6})$/s.exec(stratum);
  if (match === null) return;
  const within = match[2].replace(/(00)+$/, "");
  for (const { specialties, region } of roster) {
    need(specialties.includes(match[1]), "expert-specialty", stratum);
    need(region.startsWith(within), "expert-region", stratum);
  }
}
