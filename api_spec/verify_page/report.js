// The report on the page. Everything from a file becomes text, never markup.

import { LANGUAGES, sentence } from "./words.js";
import { OUTCOMES, STEPS, TEXTS, VERDICTS } from "./words_page.js";

/** A sentence of the page itself in a language. */
export function text(key, language, ...figures) {
  return TEXTS[key][LANGUAGES.indexOf(language)].replace("{0}", () => String(figures[0]));
}

export function stepTitle(step, language) {
  return STEPS[step][LANGUAGES.indexOf(language)];
}

/** Make an element; children are elements or texts. */
export function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** The verdict's word, with DEMO before it where a demo edition was used. */
function verdictWord(report, language) {
  const word = VERDICTS[report.verdict][LANGUAGES.indexOf(language)];
  return report.demo ? `${text("demo", language)} · ${word}` : word;
}

/** Fill the box that says the verdict. */
export function showVerdict(box, report, language) {
  const failed = report.verdict === "failed" ? report.steps.at(-1) : undefined;
  const meaning = VERDICTS[report.verdict][2 + LANGUAGES.indexOf(language)];
  const lines = report.notes.map((words) => element("li", {}, sentence(words, language)));
  box.replaceChildren(
    element("p", { class: "word" }, verdictWord(report, language)),
    element("p", { class: "meaning" }, meaning),
  );
  if (failed !== undefined) {
    const title = stepTitle(failed.step, language);
    const cause = element("span", { dir: "auto" }, sentence(failed.words, language));
    box.append(element("p", { class: "cause" }, `${text("failed-at", language, title)}: `, cause));
  }
  box.append(element("ul", { dir: "auto" }, ...lines), element("p", {}, text("exit", language, report.exit)));
  box.className = `verdict ${report.verdict}`;
}

/** One row of the table of steps. */
export function stepRow({ step, outcome, words, doubts }, language) {
  const figures = element("td", { dir: "auto" });
  if (words !== null) figures.append(element("p", {}, sentence(words, language)));
  for (const doubt of doubts) {
    figures.append(element("p", { class: "doubt" }, text("undecided", language, sentence(doubt, language))));
  }
  const title = element("th", { scope: "row" }, stepTitle(step, language));
  if (language !== "en") title.append(" ", element("code", {}, step));
  return element(
    "tr",
    { class: outcome, "data-step": step },
    element("td", {}, String(STEPS[step][2])),
    title,
    element("td", {}, OUTCOMES[outcome][LANGUAGES.indexOf(language)]),
    figures,
  );
}

/** The files' digests, for whoever compares a printed report with his own files. */
export function digestRows(digests, names, language) {
  return Object.entries(digests)
    .filter(([, digest]) => digest !== null)
    .flatMap(([file, digest]) => [
      element("dt", {}, text("digest-of", language, `${text(file, language)} (${names[file]})`)),
      element("dd", {}, element("code", {}, digest)),
    ]);
}
