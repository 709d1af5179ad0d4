// Sentences filled with their figures, in either language.

import { DOUBTS, FINDINGS, NOTES } from "./words_steps.js";
import { REFUSALS } from "./words_refusals.js";

export const WORDS = { ...FINDINGS, ...DOUBTS, ...NOTES, ...REFUSALS };
export const LANGUAGES = ["en", "zh"];
const FIGURE_MAX = 160;

/** A figure for display: controls, bidirectional marks and the like are spelled out, long ones cut. */
function shown(figure, language) {
  if (typeof figure === "object" && figure !== null) return sentence(figure, language);
  const text = String(figure);
  const cut = text.length > FIGURE_MAX ? `${Array.from(text).slice(0, FIGURE_MAX).join("")}…` : text;
  return cut.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (c) => `\\u${c.codePointAt(0).toString(16).padStart(4, "0")}`);
}

/** The text of some words in "en" or "zh". */
export function sentence({ id, figures }, language) {
  const texts = WORDS[id];
  if (texts === undefined) throw new Error(`no words for ${id}`);
  const text = texts[LANGUAGES.indexOf(language)];
  return text.replace(/\{(\d)\}/g, (_, place) => shown(figures[Number(place)], language));
}
