// How a check ends badly, and how it says why (draw.md, "Verifying").

/** A sentence of words.js with its figures; the page fills it in either language. */
export function say(id, ...figures) {
  return { id, figures: figures.map((figure) => (typeof figure === "bigint" ? String(figure) : figure)) };
}

/** The input is not UTF-8 JSON: the verdict is unusable. */
export class Unreadable extends Error {
  constructor(words) {
    super(words.id);
    this.words = words;
  }
}

/** The evidence does not hold: the verdict is failed. */
export class Refused extends Error {
  constructor(words) {
    super(words.id);
    this.words = words;
  }
}

/** Refuse the evidence unless a condition holds. */
export function need(holds, id, ...figures) {
  if (!holds) throw new Refused(say(id, ...figures));
}

/** What a step found; with doubts (things that it could not decide) the verdict is incomplete. */
export function found(words, doubts = []) {
  return { words, doubts };
}
