"""Whatever is submitted, in whatever order: what was cosigned of a log is one history."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from shown_log import SECOND, Log, at, witness_of

from oversight.ledger.notes import open_note
from oversight.witness.commands import add_checkpoint, open_witness
from oversight.witness.rules import Outcome, write_submission

TRUNK = Log(20)
HISTORIES = [TRUNK, TRUNK.fork(0, 20), TRUNK.fork(3, 17), TRUNK.fork(8, 12), TRUNK.fork(16, 4)]
ROOTS = [[history.checkpoint(size).root for size in range(21)] for history in HISTORIES]
NOTES = [[history.note(size) for size in range(21)] for history in HISTORIES]

sizes = st.integers(0, 20)
submissions = st.fixed_dictionaries(
    {
        "history": st.integers(0, len(HISTORIES) - 1),
        "size": sizes,
        "old": st.one_of(st.none(), sizes),  # None: what the witness has
        "path": st.sampled_from(["right", "right", "right", "empty", "of another", "damaged"]),
        "later": st.integers(-2, 3),
        "restart": st.booleans(),
    }
)


def path_of(step, old):
    history, size = HISTORIES[step["history"]], step["size"]
    if step["path"] == "empty":
        return []
    if step["path"] == "of another":
        history = HISTORIES[step["history"] - 1]
    path = history.path(old, size)
    if step["path"] == "damaged" and path:
        path[0] = bytes([path[0][0] ^ 1]) + path[0][1:]
    return path


@settings(max_examples=60)
@given(st.lists(submissions, min_size=1, max_size=12))
def test_what_is_cosigned_of_a_log_is_one_history(steps):
    with TemporaryDirectory() as place:
        witness = witness_of(Path(place) / "witness", TRUNK, types=["ed25519"])
        second, cosigned = SECOND, []
        for step in steps:
            second += step["later"]
            known = witness.store.log(TRUNK.origin)
            old = known.known.size if step["old"] is None else step["old"]
            note = NOTES[step["history"]][step["size"]]
            request = write_submission(old, path_of(step, old), note)
            answer = add_checkpoint(witness, request, at(second))
            if answer.outcome is Outcome.COSIGNED:
                opened = open_note(note + answer.lines, witness.cosigner.verifiers)
                cosigned.append((step["history"], step["size"], opened.cosigned[0][1]))
            else:
                assert answer.lines == ""
                assert witness.store.log(TRUNK.origin) == known
            if step["restart"]:
                witness = open_witness(witness.directory)
        for (_, smaller, before), (_, larger, after) in pairwise(cosigned):
            assert smaller <= larger
            assert before <= after
        for index, (history, size, _) in enumerate(cosigned):
            for earlier, smaller, _ in cosigned[:index]:
                assert ROOTS[earlier][smaller] == ROOTS[history][smaller], (cosigned, size)


@settings(max_examples=80)
@given(st.binary(max_size=400), st.integers(0, 3000), st.integers(0, 255))
def test_damaged_requests_never_cosign_anything_else(noise, place, byte):
    request = bytearray(TRUNK.submission(0, 20))
    request[place % len(request)] = byte
    with TemporaryDirectory() as directory:
        witness = witness_of(Path(directory) / "witness", TRUNK, types=["ed25519"])
        for data in (noise, bytes(request)):
            answer = add_checkpoint(witness, data, at(SECOND))
            if answer.outcome is Outcome.COSIGNED:
                known = witness.store.log(TRUNK.origin).known
                assert (known.size, known.root) == (20, ROOTS[0][20])
