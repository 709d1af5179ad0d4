"""A log in memory with real keys, shown to witnesses and mirrors as any log shows itself."""

from __future__ import annotations

import os
import signal
import tempfile
from datetime import UTC, datetime
from hashlib import sha256

import warm
from click.testing import CliRunner

from api_spec.cli import main
from oversight.keys.mldsa import MldsaKey
from oversight.keys.signing import SigningKey
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.notes import MLDSA44, make_vkey
from oversight.ledger.rules import HASH_BYTES, Tree, leaf_hash
from oversight.ledger.signed_checkpoint import sign_checkpoint_note
from oversight.ledger.tiles import bundle_path, make_bundle, tile_path
from oversight.publication.directory import write_file
from oversight.publication.paths import new_tiles
from oversight.witness.commands import add_checkpoint, add_log, make_witness
from oversight.witness.rules import Promise, write_submission

ORIGIN = "log.example/books"
SECOND = 1_767_139_200  # POSIX, when nothing else is said


def at(seconds):
    """Return a clock that stands still at a POSIX second."""
    return lambda: datetime.fromtimestamp(seconds, UTC)


class Log:
    """Entries, and the keys that sign any beginning of them; `fork` makes the log a liar."""

    def __init__(self, entries=0, origin=ORIGIN, extensions=()):
        self.origin, self.extensions = origin, extensions
        self.key = SigningKey(sha256(origin.encode()).digest())
        self.mldsa = MldsaKey(sha256(origin.encode()).digest())
        self.entries = [f"{origin} {index}".encode() for index in range(entries)]

    @property
    def vkey(self):
        return make_vkey(self.origin, self.key.public)

    @property
    def mldsa_vkey(self):
        return make_vkey(self.origin, self.mldsa.public, MLDSA44)

    def append(self, count, text="entry"):
        self.entries += [f"{text} {len(self.entries) + at}".encode() for at in range(count)]
        return self

    def fork(self, kept, added):
        """Return the other history: the first `kept` entries, then `added` of its own."""
        other = Log(origin=self.origin, extensions=self.extensions)
        other.entries = self.entries[:kept]
        return other.append(added, "other")

    def tree(self, size=None):
        return Tree([leaf_hash(entry) for entry in self.entries[:size]])

    def checkpoint(self, size=None):
        size = len(self.entries) if size is None else size
        return Checkpoint(self.origin, size, self.tree(size).root(), self.extensions)

    def note(self, size=None, checkpoint=None):
        shown = checkpoint or self.checkpoint(size)
        return sign_checkpoint_note(shown, [self.key], [self.mldsa], SECOND)

    def path(self, old, size=None):
        size = len(self.entries) if size is None else size
        return self.tree(size).consistency_path(old) if 0 < old < size else []

    def submission(self, old, size=None):
        return write_submission(old, self.path(old, size), self.note(size))

    def publish(self, directory, old=0, size=None):
        """Write all static files of the tree, the checkpoint last."""
        size = len(self.entries) if size is None else size
        tree = self.tree(size)
        for (level, index), width, _ in new_tiles(old, size):
            first = index * 256
            if level == 0:
                bundle = make_bundle(self.entries[first : first + width])
                write_file(directory, bundle_path(index, width), bundle)
            spans = [
                (place << 8 * level, place + 1 << 8 * level)
                for place in range(first, first + width)
            ]
            hashes = b"".join(map(tree.span_root, spans))
            assert len(hashes) == width * HASH_BYTES
            write_file(directory, tile_path(level, index, width), hashes)
        write_file(directory, "checkpoint", self.note(size).encode())
        return self


def witness_of(directory, *logs, name="witness.example/w1", types=("ed25519", "mldsa44")):
    """Return a fresh witness that knows these logs."""
    made = make_witness(directory, name, Promise.SEEN, types)
    for log in logs:
        add_log(made, log.origin, [log.vkey])
    return made


def submit(witness, log, old, size=None, seconds=SECOND):
    """Submit a checkpoint of a log to a witness in this process."""
    return add_checkpoint(witness, log.submission(old, size), at(seconds))


class Program:
    """A `daylight` program that serves, as a process of its own."""

    def __init__(self, *arguments, cwd=None, cold=False):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("DAYLIGHT_")}
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115 - as long as the process
        self.process = warm.started(arguments, cwd, clean, self._said, cold)
        line = self.process.stdout.readline()
        if "listens on " not in line:
            self.process.kill()
            raise AssertionError(line + self._ended())
        self.url = line.rpartition(" ")[2].strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()

    def stop(self, sign=signal.SIGTERM):
        """Stop it; return what it wrote on standard error."""
        self.process.send_signal(sign)
        return self._ended()

    def _ended(self):
        self.process.wait(timeout=30)
        self.process.stdout.close()
        self._said.seek(0)
        with self._said as said:
            return said.read()


def daylight(*arguments, check=True):
    """Run the command line in this process."""
    done = CliRunner().invoke(main, list(map(str, arguments)))
    assert not check or done.exit_code == 0, (done.output, done.exception)
    return done
