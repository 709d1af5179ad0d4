// The page: files in, report out, in either language.

import { LANGUAGES } from "./words.js";
import { digestRows, element, showVerdict, stepRow, stepTitle, text } from "./report.js";
import { messages } from "./serve.js";

const FILES = ["bundle", "trust", "auditor"];
const CLASSIFIED_MAX = 64 * 1024 * 1024; // bytes; a larger file goes into its field
const byId = (id) => document.getElementById(id);

const state = {
  language: navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en",
  files: { bundle: null, trust: null, auditor: null },
  run: null, // what stops the verification under way
  status: null, // [key, figure] of the sentence under the buttons
  steps: [],
  digests: null,
  report: null,
  checkedAt: null,
};

// --- What is shown ---

function show() {
  const { language } = state;
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
  document.title = `${text("title", language)} · daylight/draw/v1`;
  for (const node of document.querySelectorAll("[data-text]")) {
    node.textContent = text(node.dataset.text, language);
  }
  for (const code of LANGUAGES) {
    byId(`language-${code}`).setAttribute("aria-pressed", String(code === language));
  }
  for (const file of FILES) byId(`${file}-name`).textContent = fileName(state.files[file], language);
  showRun();
}

function fileName(given, language) {
  if (given === null) return text("none-chosen", language);
  return `${given.name} — ${text("bytes", language, given.size)}`;
}

function showRun() {
  const { language, report, status, steps } = state;
  byId("verify").disabled = state.run !== null || state.files.bundle === null || state.files.trust === null;
  byId("stop").hidden = state.run === null;
  byId("print").hidden = report === null;
  byId("status").textContent = status === null ? "" : statusText(status, language);
  byId("report").hidden = steps.length === 0 && report === null;
  byId("steps").replaceChildren(...steps.map((step) => stepRow(step, language)));
  byId("steps-table").hidden = steps.length === 0;
  byId("verdict").hidden = report === null;
  byId("basis").hidden = report === null;
  if (report === null) return;
  showVerdict(byId("verdict"), report, language);
  const names = Object.fromEntries(FILES.map((file) => [file, state.files[file]?.name]));
  byId("digests").replaceChildren(
    ...digestRows(state.digests, names, language),
    element("dt", {}, text("checked-at", language, state.checkedAt)),
  );
}

function statusText([key, figure], language) {
  return text(key, language, key === "running" && figure ? stepTitle(figure, language) : (figure ?? ""));
}

// --- Files ---

function take(file, given) {
  stop(null);
  state.files[file] = given;
  Object.assign(state, { report: null, steps: [], digests: null, status: null });
  show();
}

/** Which of the three a file is, by the fields at its top; null where it is none. */
async function classify(given) {
  if (given.size > CLASSIFIED_MAX) return null;
  let value = null;
  try {
    value = JSON.parse(await given.text());
  } catch {
    return null;
  }
  const has = (...names) => names.every((name) => Object.hasOwn(Object(value), name));
  if (has("log_keys", "parties")) return "trust";
  if (has("request", "log")) return "bundle";
  return has("secret", "entries") ? "auditor" : null;
}

/** Put dropped files where they belong: into the field they fell on, or where their content fits. */
async function receive(event) {
  event.preventDefault();
  document.body.classList.remove("dropping");
  const dropped = [...event.dataTransfer.files];
  const field = event.target instanceof Element ? event.target.closest("[data-file]") : null;
  if (field !== null && dropped.length === 1) return take(field.dataset.file, dropped[0]);
  for (const given of dropped) {
    const file = await classify(given);
    if (file !== null) take(file, given);
    else setStatus("unknown-file", given.name);
  }
}

// --- The run ---

function setStatus(key, figure) {
  state.status = key === null ? null : [key, figure];
  showRun();
}

function stop(key) {
  if (state.run !== null) state.run();
  state.run = null;
  setStatus(key);
}

async function bytesOf(file) {
  const given = state.files[file];
  return given === null ? null : new Uint8Array(await given.arrayBuffer());
}

async function verify() {
  stop(null);
  Object.assign(state, { report: null, steps: [], digests: null });
  let stopped = false;
  state.run = () => (stopped = true);
  setStatus("running", "shape");
  try {
    const [bundle, trust, auditor] = await Promise.all(FILES.map(bytesOf));
    if (!stopped) start({ bundle, trust, auditor });
  } catch (error) {
    if (!stopped) end("broken", error);
  }
}

function end(key, figure) {
  state.run = null;
  setStatus(key, figure === undefined ? undefined : String(figure));
}

/** Run in a worker made of the engine's own text; where there is none, here, step by step. */
function start(files) {
  const source = `${byId("engine").textContent}\nmodule_serve.serve(self);`;
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  let worker;
  try {
    worker = new Worker(address);
  } catch {
    return runHere(files);
  }
  state.run = () => worker.terminate();
  let heard = false;
  worker.onmessage = (event) => {
    if (!heard) URL.revokeObjectURL(address);
    heard = true;
    hear(event.data);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    worker.terminate();
    if (heard) end("broken", event.message);
    else runHere(files);
  };
  worker.postMessage(files);
}

function runHere(files) {
  let stopped = false;
  state.run = () => (stopped = true);
  const run = messages(files);
  const turn = () => {
    if (stopped) return;
    const { done, value } = run.next();
    if (done) return;
    hear(value);
    setTimeout(turn);
  };
  turn();
}

function hear(message) {
  if (message.digests) state.digests = message.digests;
  if (message.result) state.steps.push(message.result);
  if (message.begins) setStatus("running", message.begins);
  if (!message.report) return;
  const { report } = message;
  Object.assign(state, { report, steps: report.steps, checkedAt: new Date().toISOString() });
  stop(null);
  byId("verdict").focus();
}

// --- Wiring ---

for (const code of LANGUAGES) {
  byId(`language-${code}`).addEventListener("click", () => {
    state.language = code;
    show();
  });
}
for (const file of FILES) {
  byId(file).addEventListener("change", (event) => take(file, event.target.files[0] ?? null));
}
byId("verify").addEventListener("click", verify);
byId("stop").addEventListener("click", () => stop("stopped"));
byId("print").addEventListener("click", () => window.print());
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("dropping");
});
document.addEventListener("dragleave", (event) => {
  if (event.relatedTarget === null) document.body.classList.remove("dropping");
});
document.addEventListener("drop", receive);
show();
