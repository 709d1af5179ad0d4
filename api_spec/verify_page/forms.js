// What a JSON value must look like: small forms, put together (step 1, "shape").
//
// A form is a function (value, where) that returns or throws Refused, naming the place.

import { isHex } from "./bytes.js";
import { Refused, need, say } from "./failures.js";
import { isObject, microseconds } from "./json.js";
import { needBase64 } from "./notes.js";

function at(where, check) {
  try {
    check();
  } catch (error) {
    if (error instanceof Refused) throw new Refused(say("at-place", where, error.words));
    throw error;
  }
}

function form(accepts, id, ...figures) {
  return (value, where) => at(where, () => need(accepts(value), id, ...figures));
}

export const anything = () => {};
export const anyText = form((value) => typeof value === "string", "no-text");
export const aText = form((value) => typeof value === "string" && value !== "", "no-text");
export const isCode = (value) => typeof value === "string" && /^[a-z][a-z-]*$/.test(value);
export const aCode = form(isCode, "no-code");
export const aTime = (value, where) => at(where, () => microseconds(value, false));

/** One value only: a text, a number, true or null. */
export const exactly = (due) => form((value) => value === due, "not-exactly", String(due));
export const emptyList = form((value) => Array.isArray(value) && value.length === 0, "not-exactly", "[]");
export const oneOf = (...texts) => form((value) => texts.includes(value), "none-of", texts.join(" / "));

export function whole(lowest, highest = Number.MAX_SAFE_INTEGER) {
  return form((v) => typeof v === "number" && v >= lowest && v <= highest, "no-integer", lowest, highest);
}

export function hexOf(...lengths) {
  return form((v) => lengths.some((length) => isHex(v, length)), "no-hex", lengths.join(" / "));
}

export function base64Of(length, most = Infinity) {
  return (value, where) =>
    at(where, () => need(needBase64(value, length).length <= most, "base64-too-long", most));
}

export const orNull = (inner) => (value, where) => (value === null ? undefined : inner(value, where));

export function listOf(inner, least = 0) {
  const isList = form((value) => Array.isArray(value) && value.length >= least, "no-list", least);
  return (value, where) => {
    isList(value, where);
    value.forEach((item, place) => inner(item, `${where}[${place}]`));
  };
}

const anObject = form(isObject, "no-object");

/** An object with free keys. */
export function mapOf(inner, keyForm = anyText) {
  return (value, where) => {
    anObject(value, where);
    for (const key of Object.keys(value)) {
      keyForm(key, `${where}.${key}`);
      inner(value[key], `${where}.${key}`);
    }
  };
}

/** An object with exactly these fields; those in `optional` may be absent. */
export function recordOf(fields, optional = {}) {
  const known = { ...fields, ...optional };
  return (value, where) => {
    anObject(value, where);
    at(where, () => {
      for (const key of Object.keys(value)) need(Object.hasOwn(known, key), "unknown-field", key);
      for (const key of Object.keys(fields)) need(key in value, "missing-field", key);
    });
    for (const key of Object.keys(value)) known[key](value[key], `${where}.${key}`);
  };
}
