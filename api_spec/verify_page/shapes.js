// The shapes of the bundle, the trust file and the auditor's file (draw.md, "Bundle and trust file").

import { fromBase64 } from "./bytes.js";
import {
  aCode, aText, aTime, anyText, base64Of, emptyList, exactly, hexOf, listOf, mapOf, oneOf, orNull,
  recordOf, whole,
} from "./forms.js";
import { need } from "./failures.js";
import { isObject, readJson } from "./json.js";
import { isLogKey, isWitnessKey, parseVkey } from "./notes.js";

const PROTOCOL = exactly("daylight/draw/v1");
const LEAF_BYTES_MAX = 65535; // an entry of the log is no longer
const SIZE_MAX = 1e7;
export const APPLICANTS = ["tenderer", "purchaser", "agent"];

const aStratum = recordOf({ id: aText, seats: whole(1), size: whole(1, SIZE_MAX), root: hexOf(32) });
const requestFields = recordOf({
  protocol: PROTOCOL, origin: aText, draw: aText, of: orNull(aText), subject: aText, purpose: aCode,
  attempt: whole(1), rulebook: aText, secret: hexOf(32),
  pool: recordOf({ as_of: whole(0), excluded: hexOf(32) }),
  strata: listOf(aStratum, 1),
  caps: mapOf(whole(1), aText),
  contributors: listOf(recordOf({ party: aText, key: base64Of(32), commitment: hexOf(32) })),
  beacon: orNull(recordOf({ chain: hexOf(32), round: whole(1) })),
  vrf_key: hexOf(32), reveal_by: aTime,
});

function aRequest(value, where) {
  requestFields(value, where);
  const ids = value.strata.map((stratum) => stratum.id);
  need(new Set(ids).size === ids.length, "strata-alike");
  for (const stratum of value.strata) need(stratum.seats <= stratum.size, "seats-beyond-size", stratum.id);
}

const aReveal = recordOf({ party: aText, nonce: orNull(hexOf(32)), signature: orNull(base64Of(64)) });
const aBeacon = recordOf({ chain: hexOf(32), round: whole(1), signature: orNull(hexOf(48, 96)) });
const aVrf = recordOf({ alpha: hexOf(32), pi: orNull(hexOf(80)), beta: orNull(hexOf(64)) });
const aLine = recordOf({
  stratum: whole(0), position: whole(0), commitment: hexOf(32), outcomes: listOf(anyText),
  inclusion: listOf(hexOf(32)),
});
const anEntry = recordOf({
  kind: aText, index: whole(0), leaf: base64Of(undefined, LEAF_BYTES_MAX), inclusion: listOf(hexOf(32)),
});

const closedPart = recordOf({ digest: hexOf(32) });
const openPart = recordOf({
  salt: hexOf(32),
  value: mapOf((value, where) => (Array.isArray(value) ? listOf(anyText) : anyText)(value, where)),
});
const aPart = (value, where) => (isObject(value) && "digest" in value ? closedPart : openPart)(value, where);
const anOpening = recordOf({ commitment: hexOf(32), identity: aPart, attributes: aPart });

/** How far an attempt got; the last one's fields stand in the bundle itself. */
const progress = {
  request: aRequest, reveals: listOf(aReveal), beacon: orNull(aBeacon), vrf: orNull(aVrf),
  walk: listOf(aLine),
};
const closedBeforeSeal = recordOf({
  draw: aText, request: exactly(null), reveals: emptyList, beacon: exactly(null), vrf: exactly(null),
  walk: emptyList,
});
const sealedAttempt = recordOf(progress);
const anEarlierAttempt = (value, where) =>
  (isObject(value) && (value.request ?? null) === null ? closedBeforeSeal : sealedAttempt)(value, where);

/** A whole bundle; its parent is a bundle too. */
export function aBundle(value, where) {
  recordOf({
    ...progress,
    protocol: PROTOCOL,
    parent: orNull(aBundle),
    earlier: listOf(anEarlierAttempt),
    openings: listOf(anOpening),
    log: recordOf({
      checkpoint: aText,
      early: orNull(recordOf({ sealed: aText, revealed: aText })),
      entries: listOf(anEntry),
    }),
  })(value, where);
}

const aRole = oneOf("center", "supervisor", ...APPLICANTS, "other");
const aTrustFile = recordOf({
  log_keys: listOf(aText),
  witnesses: recordOf({ quorum: whole(0), keys: listOf(aText) }),
  center: aText,
  parties: mapOf(recordOf({ name: anyText, role: aRole, keys: listOf(base64Of(32)) }), aText),
  beacons: mapOf(
    recordOf({ public_key: aText, scheme: aText, period: whole(1), genesis: whole(0) }),
    hexOf(32),
  ),
  editions: mapOf(
    recordOf(
      {
        vrf_lead_hours: whole(0), round_lead_minutes: whole(0), attempts_max: whole(1),
        roster_multiple: whole(1), must_contribute: listOf(aRole),
      },
      { demo: exactly(true) },
    ),
    aText,
  ),
});

/** Whom the reader trusts. */
export class Trust {
  constructor(value) {
    this.logKeys = value.log_keys.map(parseVkey).filter(isLogKey);
    this.witnesses = value.witnesses.keys.map(parseVkey).filter(isWitnessKey);
    this.quorum = value.witnesses.quorum;
    this.center = value.center;
    this.parties = value.parties;
    this.beacons = value.beacons;
    this.editions = value.editions;
    this.witnessCount = new Set(this.witnesses.map((key) => String(key.key))).size;
  }

  /** A party's trusted role; undefined for a party that is not in the trust file. */
  role(party) {
    return party === this.center ? "center" : this.parties[party]?.role;
  }

  /** A party's trusted Ed25519 keys. */
  keys(party) {
    return typeof party === "string" ? (this.parties[party]?.keys ?? []).map(fromBase64) : [];
  }
}

/** Read a trust file; throws Unreadable or Refused. */
export function readTrust(bytes) {
  const value = readJson(bytes);
  aTrustFile(value, "trust");
  return new Trust(value);
}

const anExpert = recordOf({
  expert: aText, name: anyText, employer: anyText, region: anyText, specialties: listOf(aText),
});
export const anAuditorsFile = recordOf({
  secret: hexOf(32),
  entries: listOf(listOf(anExpert)),
  excluded: recordOf({ salt: hexOf(32), list: listOf(listOf(anyText)) }),
});
