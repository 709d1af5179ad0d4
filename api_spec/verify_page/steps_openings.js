// Step 13: openings.

import { fromHex, toHex } from "./bytes.js";
import { labelled } from "./case.js";
import { found, need, say } from "./failures.js";
import { canon, canonText } from "./json.js";
import { label } from "./trees.js";

/** What the halves of an entry say; the first name tells one person from another. */
const FORMS = {
  "evaluation-committee": {
    identity: ["expert", "name"],
    attributes: ["employer", "region", "specialties"],
  },
  "supplier-invitation": { identity: ["uscc", "name"], attributes: ["controller"] },
};

const isOpen = (part) => part !== undefined && "value" in part;

/** Step 13: parts give the commitments; what must be opened is; caps recomputed both ways. */
export function openingsStep(bench) {
  const { attempt, bundle } = bench;
  const { walk, openings } = bundle;
  const { caps } = bundle.request;
  const capped = walk.filter((line) => line.outcomes[0] === "cap").length;
  need(capped === 0 || Object.keys(caps).length > 0, "cap-without-caps");
  const isPublic = attempt.isOpenPurpose;
  const opened = openAll(openings, isPublic ? null : walk);
  if (!isPublic) needPeople(openings, bundle.request.purpose);
  const logged = attempt.one(isPublic ? "sealed" : "identified");
  if (logged === undefined) {
    need(openings.length === 0, "opened-too-early");
    bench.capsUnproved = capped;
    return found(say("not-revealed"));
  }
  const holds = logged.body.openings === toHex(labelled("openings", openings));
  if (openings.length === 0 && !holds) {
    bench.capsUnproved = capped;
    return found(null, [say("identities-closed")]);
  }
  need(holds, "openings-logged-other", logged.index);
  needOpened(walk, opened, isPublic, caps);
  if (!isPublic) needCaps(walk, opened, caps);
  return found(say("openings", openings.length, capped));
}

function partDigest(name, part) {
  return isOpen(part) ? label(name, fromHex(part.salt), canon(part.value)) : fromHex(part.digest);
}

/** Openings by commitment: ascending, each giving its own; of lines of the walk, where one is given. */
function openAll(openings, walk) {
  const lines = walk && new Set(walk.map((line) => line.commitment));
  const opened = new Map();
  let last = "";
  for (const opening of openings) {
    const { commitment, identity, attributes } = opening;
    need(lines === null || lines.has(commitment), "opening-of-nobody");
    need(commitment > last, "openings-descend");
    const due = label("entry", partDigest("identity", identity), partDigest("attributes", attributes));
    need(toHex(due) === commitment, "opening-other", commitment.slice(0, 16));
    opened.set(commitment, opening);
    last = commitment;
  }
  return opened;
}

/** Refuse an open half of another form, and one person under two commitments. */
function needPeople(openings, purpose) {
  const forms = Object.hasOwn(FORMS, purpose) ? FORMS[purpose] : FORMS["evaluation-committee"];
  const known = new Set();
  for (const opening of openings) {
    for (const half of ["identity", "attributes"]) {
      if (!isOpen(opening[half])) continue;
      const names = Object.keys(opening[half].value).sort();
      const due = [...forms[half]].sort();
      need(canonText(names) === canonText(due), "half-form", half, opening.commitment.slice(0, 16));
    }
    if (!isOpen(opening.identity)) continue;
    const person = canonText(opening.identity.value[forms.identity[0]]);
    need(!known.has(person), "somebody-twice");
    known.add(person);
  }
}

/** Refuse where a line that must be opened is not (protocol, step 8). */
function needOpened(walk, opened, isPublic, caps) {
  const withCaps = Object.keys(caps).length > 0;
  walk.forEach(({ commitment, outcomes }, place) => {
    let halves = [];
    if (isPublic || outcomes[outcomes.length - 1] === "seated") halves = ["identity", "attributes"];
    else if (withCaps && outcomes[0] !== "duplicate") halves = ["attributes"];
    for (const half of halves) need(isOpen(opened.get(commitment)?.[half]), "line-closed", place, half);
  });
}

/** Refuse a `cap` that was not due, and a seat where one was. */
function needCaps(walk, opened, caps) {
  const names = Object.keys(caps);
  if (names.length === 0) return;
  const seated = new Map(); // how many lines of a value were ever seated, by canonical [name, value]
  walk.forEach(({ commitment, outcomes }, place) => {
    const [code] = outcomes;
    if (code === "duplicate") return;
    const { value } = opened.get(commitment).attributes;
    for (const name of names) need(typeof value[name] === "string", "cap-no-attribute", place, name);
    const keys = names.map((name) => canonText([name, value[name]]));
    const full = names.some((name, i) => (seated.get(keys[i]) ?? 0) >= caps[name]);
    need(full === (code === "cap"), "cap-wrong", place, code);
    if (code === "seated") for (const key of keys) seated.set(key, (seated.get(key) ?? 0) + 1);
  });
}
