// Signed notes, checkpoints, cosignatures and .tlog-proof files (C2SP signed-note v1.0.0,
// tlog-checkpoint v1.0.0, tlog-cosignature v1, tlog-proof@v1).

import { bigFromBytes, concat, equalBytes, fromBase64, fromHex, isHex, toHex, utf8 } from "./bytes.js";
import { signatureHolds } from "./ed25519.js";
import { need } from "./failures.js";
import { sha256 } from "./sha2.js";
import { treeRoot } from "./trees.js";

const LOG_KEY = 0x01; // Ed25519
const WITNESS_KEY = 0x04; // Ed25519 cosignature/v1
const LINES_MAX = 100;
const BYTES_MAX = 1000000;
const SPACE = /[\p{White_Space}\u001c-\u001f]/u;

function isKeyName(name) {
  return name !== "" && !name.includes("+") && !SPACE.test(name);
}

/** The canonical base64 of a place; refused where it is none. */
export function needBase64(value, length) {
  const bytes = fromBase64(value);
  need(bytes !== null, "no-base64");
  if (length !== undefined) need(bytes.length === length, "base64-length", bytes.length, length);
  return bytes;
}

/** A verifier key `name+id+base64(type || key)`; types other than 01 and 04 are never used. */
export function parseVkey(vkey) {
  const match = /^([^+]*)\+([^+]*)\+(.*)$/s.exec(vkey);
  need(match !== null && isHex(match[2], 4), "no-vkey", vkey);
  const blob = needBase64(match[3]);
  need(blob.length > 0, "empty-vkey", vkey);
  const [name, id, type, key] = [match[1], match[2], blob[0], blob.slice(1)];
  if (type === LOG_KEY || type === WITNESS_KEY) {
    need(isKeyName(name), "no-vkey", vkey);
    need(key.length === 32, "vkey-length", vkey);
    const due = sha256(concat(utf8(`${name}\n`), blob)).slice(0, 4);
    need(equalBytes(due, fromHex(id)), "vkey-id", vkey);
  }
  return { name, id, type, key };
}

export const isLogKey = (key) => key.type === LOG_KEY;
export const isWitnessKey = (key) => key.type === WITNESS_KEY;

/** A note's text (with its last LF) and its signature lines. */
function parseNote(note) {
  need(utf8(note).length <= BYTES_MAX, "note-too-long", BYTES_MAX);
  // every control character but LF is refused
  need(!/[\u0000-\u0009\u000b-\u001f]/.test(note), "note-control");
  const cut = note.lastIndexOf("\n\n");
  need(cut >= 0 && note.endsWith("\n") && cut + 2 < note.length, "note-unsigned");
  const rows = note.slice(cut + 2, -1).split("\n");
  need(rows.length <= LINES_MAX, "note-lines", rows.length);
  return { text: note.slice(0, cut + 1), lines: rows.map(parseLine) };
}

function parseLine(row) {
  const match = /^\u2014 ([^ ]*) (.*)$/s.exec(row);
  need(match !== null && isKeyName(match[1]), "note-line");
  const blob = needBase64(match[2]);
  need(blob.length >= 5, "note-line-short");
  return { name: match[1], id: toHex(blob.slice(0, 4)), signature: blob.slice(4) };
}

function keyOf(line, keys) {
  return keys.find((key) => key.name === line.name && key.id === line.id);
}

/** Whether one of the log's keys signed; a known key's bad signature refuses the note. */
function logSigned(note, keys) {
  let signed = false;
  for (const line of note.lines) {
    const key = keyOf(line, keys);
    if (key === undefined) continue;
    need(signatureHolds(key.key, line.signature, utf8(note.text)), "log-signature", line.name);
    signed = true;
  }
  return signed;
}

/** POSIX seconds by witness key (hex): the earliest of each; one key under two names is one. */
function cosignatures(note, keys) {
  const times = new Map();
  for (const line of note.lines) {
    const key = keyOf(line, keys);
    if (key === undefined) continue;
    const seconds = bigFromBytes(line.signature.slice(0, 8));
    const message = utf8(`cosignature/v1\ntime ${seconds}\n${note.text}`);
    const holds = line.signature.length === 72 && signatureHolds(key.key, line.signature.slice(8), message);
    need(holds, "cosignature", line.name);
    const known = times.get(toHex(key.key));
    if (known === undefined || seconds < known) times.set(toHex(key.key), seconds);
  }
  return times;
}

/** Origin, size (a BigInt) and root of a checkpoint's text. */
function parseCheckpoint(text) {
  const lines = text.slice(0, -1).split("\n");
  need(lines.length >= 3 && lines.every((line) => line !== ""), "checkpoint-form");
  need(/^(0|[1-9][0-9]{0,18})$/.test(lines[1]) && BigInt(lines[1]) < 1n << 63n, "checkpoint-size");
  const [size, root] = [BigInt(lines[1]), needBase64(lines[2], 32)];
  need(size > 0n || equalBytes(root, treeRoot([])), "checkpoint-empty");
  return { origin: lines[0], size, root };
}

/**
 * A checkpoint of one log, signed by it, with its trusted cosignatures. Only a key that carries
 * the log's own name speaks for it, whatever other logs are trusted.
 */
export function openCheckpoint(noteText, origin, trust) {
  const note = parseNote(noteText);
  const checkpoint = parseCheckpoint(note.text);
  need(checkpoint.origin === origin, "checkpoint-origin", checkpoint.origin, origin);
  const own = trust.logKeys.filter((key) => key.name === origin);
  need(logSigned(note, own), "checkpoint-unsigned", origin);
  return { ...checkpoint, times: cosignatures(note, trust.witnesses) };
}

/** Index (a BigInt), path and note of a .tlog-proof; its `extra` line is not authenticated. */
export function parseTlogProof(proof) {
  const cut = proof.indexOf("\n\n");
  const lines = proof.slice(0, Math.max(cut, 0)).split("\n");
  need(cut >= 0 && lines.shift() === "c2sp.org/tlog-proof@v1", "no-tlog-proof");
  if (lines.length > 0 && lines[0].startsWith("extra ")) needBase64(lines.shift().slice(6));
  const match = /^index (0|[1-9][0-9]{0,15})$/.exec(lines.shift() ?? "");
  need(match !== null, "no-tlog-index");
  const path = lines.map((line) => needBase64(line, 32));
  return { index: BigInt(match[1]), path, note: proof.slice(cut + 2) };
}
