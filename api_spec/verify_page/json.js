// JSON of our domain, read strictly, and its canonical bytes (draw.md, "Conventions"; RFC 8785).
//
// Objects have no prototype, so that a key like __proto__ is a key like any other.

import { fromUtf8, utf8 } from "./bytes.js";
import { Refused, Unreadable, need, say } from "./failures.js";

const DEPTH_MAX = 64; // a bundle nests far less
const DEPTH_OF_PARSER = 1000; // beyond it nothing is read on
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const SPACE = /[ \t\n\r]*/y;
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.fault = null; // the first thing outside the domain; counts once all of the text is JSON
  }

  whole() {
    this.space();
    const value = this.value(0);
    this.space();
    if (this.at < this.text.length) this.stop();
    if (this.fault !== null) throw new Refused(this.fault);
    return value;
  }

  stop() {
    throw new Unreadable(say("not-json", this.at));
  }

  blame(...words) {
    this.fault ??= say(...words);
  }

  space() {
    SPACE.lastIndex = this.at;
    SPACE.test(this.text);
    this.at = SPACE.lastIndex;
  }

  value(depth) {
    const first = this.text[this.at];
    if (first === "{" || first === "[") {
      if (depth >= DEPTH_OF_PARSER) throw new Refused(say("too-deep"));
      if (depth >= DEPTH_MAX) this.blame("too-deep");
      return first === "{" ? this.object(depth + 1) : this.list(depth + 1);
    }
    if (first === '"') return this.string();
    for (const [word, value] of [["true", true], ["false", false], ["null", null]]) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return this.number();
  }

  number() {
    NUMBER.lastIndex = this.at;
    const match = NUMBER.exec(this.text);
    if (match === null) this.stop();
    this.at = NUMBER.lastIndex;
    const number = Number(match[0]);
    const isWhole = match[1] === undefined && match[2] === undefined && match[0] !== "-0";
    if (!isWhole || match[0].length > 17 || !Number.isSafeInteger(number)) {
      this.blame("number-outside", match[0].slice(0, 40));
    }
    return number;
  }

  string() {
    this.at++;
    let text = "";
    for (;;) {
      PLAIN.lastIndex = this.at;
      PLAIN.test(this.text);
      text += this.text.slice(this.at, PLAIN.lastIndex);
      this.at = PLAIN.lastIndex;
      const stop = this.text[this.at++];
      if (stop === '"') break;
      if (stop !== "\\") this.stop();
      text += this.escape();
    }
    if (/\p{Surrogate}/u.test(text)) this.blame("lone-surrogate");
    return text;
  }

  escape() {
    const letter = this.text[this.at++];
    if (letter !== "u") return Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : this.stop();
    const code = this.text.slice(this.at, this.at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(code)) this.stop();
    this.at += 4;
    return String.fromCharCode(Number.parseInt(code, 16));
  }

  list(depth) {
    const items = [];
    this.at++;
    this.space();
    if (this.take("]")) return items;
    do {
      this.space();
      items.push(this.value(depth));
      this.space();
    } while (this.take(","));
    if (!this.take("]")) this.stop();
    return items;
  }

  object(depth) {
    const members = Object.create(null);
    this.at++;
    this.space();
    if (this.take("}")) return members;
    do {
      this.space();
      if (this.text[this.at] !== '"') this.stop();
      const key = this.string();
      if (key in members) this.blame("duplicate-key", key);
      this.space();
      if (!this.take(":")) this.stop();
      this.space();
      members[key] = this.value(depth);
      this.space();
    } while (this.take(","));
    if (!this.take("}")) this.stop();
    return members;
  }

  take(character) {
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }
}

/**
 * The value of a JSON text. Throws Unreadable where the bytes are no UTF-8 JSON, and Refused where
 * they are, with a duplicate key, a number that is no integer within 2^53 − 1, or a lone surrogate.
 */
export function readJson(bytes) {
  const text = fromUtf8(bytes);
  if (text === null) throw new Unreadable(say("not-utf8"));
  return new Reader(text).whole();
}

export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The RFC 8785 text of a value that `readJson` accepts. */
export function canonText(value) {
  if (Array.isArray(value)) return `[${value.map(canonText).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  // sort() compares UTF-16 code units, which is what RFC 8785, 3.2.3, asks for
  const members = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonText(value[key])}`);
  return `{${members.join(",")}}`;
}

/** A value for a sentence: a text as it is, everything else as JSON. */
export function spelled(value) {
  return typeof value === "string" ? value : canonText(value ?? null);
}

export function canon(value) {
  return utf8(canonText(value));
}

/** Order of two texts by code point, as draw.md sorts ids and codes. */
export function comparePoints(a, b) {
  const [ofA, ofB] = [Array.from(a), Array.from(b)];
  const length = Math.min(ofA.length, ofB.length);
  for (let i = 0; i < length; i++) {
    if (ofA[i] !== ofB[i]) return ofA[i].codePointAt(0) - ofB[i].codePointAt(0);
  }
  return ofA.length - ofB.length;
}

const TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{6}))?Z$/;

/** Days of each month of a year of the Gregorian calendar. */
function monthLengths(year) {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
}

/** POSIX microseconds of an RFC 3339 UTC time: whole seconds, or (`fraction`) six digits. */
export function microseconds(value, fraction) {
  const match = typeof value === "string" ? TIME.exec(value) : null;
  need(match !== null && (match[7] !== undefined) === fraction, "no-time", value);
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  const exists =
    year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= monthLengths(year)[month - 1] &&
    hour < 24 && minute < 60 && second < 60;
  need(exists, "time-does-not-exist", value);
  const before = BigInt(year - 1);
  let days = before * 365n + before / 4n - before / 100n + before / 400n - 719162n + BigInt(day - 1);
  for (const length of monthLengths(year).slice(0, month - 1)) days += BigInt(length);
  const seconds = days * 86400n + BigInt(hour * 3600 + minute * 60 + second);
  return seconds * 1000000n + BigInt(match[7] ?? 0);
}

/** Whole seconds of microseconds, rounded down. */
export function wholeSeconds(micros) {
  return (micros - (((micros % 1000000n) + 1000000n) % 1000000n)) / 1000000n;
}
