// The verification in a worker: files come in, steps and the report go out.

import { toHex } from "./bytes.js";
import { judging } from "./judge.js";
import { sha256 } from "./sha2.js";

/** The SHA-256 of each given file, in hex. */
function digests({ bundle, trust, auditor }) {
  const of = (bytes) => (bytes === null ? null : toHex(sha256(bytes)));
  return { bundle: of(bundle), trust: of(trust), auditor: of(auditor) };
}

/** What happens to some files (bytes, or null for no auditor's file), message by message. */
export function* messages(files) {
  yield { digests: digests(files) };
  const run = judging(files.bundle, files.trust, files.auditor);
  for (let turn = run.next(); ; turn = run.next()) {
    if (turn.done) return yield { report: turn.value };
    yield turn.value;
  }
}

/** Answer the page from within a worker. */
export function serve(scope) {
  scope.onmessage = (event) => {
    for (const message of messages(event.data)) scope.postMessage(message);
  };
}
