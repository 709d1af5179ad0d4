"""A witness killed at every statement, or run twice on one record, never signs two histories."""

from __future__ import annotations

import os
import signal
import sqlite3
from functools import partial
from multiprocessing import get_context

import pytest
from shown_log import ORIGIN, SECOND, Log, submit, witness_of

from oversight.ledger.notes import open_note
from oversight.witness.commands import open_witness
from oversight.witness.rules import Outcome

LOG = Log(12)
FORK = LOG.fork(5, 7)  # as lawful as LOG for a witness that stands at 5
LIE = LOG.fork(3, 9)
ROUNDS = 12


class Mortal(sqlite3.Connection):
    """The driver's own connection, killed before its k-th statement, or after it."""

    left = 0
    after = False

    def execute(self, sql, *values):
        type(self).left -= 1
        dying = type(self).left == 0
        if dying and not self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        done = super().execute(sql, *values)
        if dying:
            os.kill(os.getpid(), signal.SIGKILL)
        return done


def life(directory, left, after, answered):
    """Submit one checkpoint; tell the answer only when it is there. Dies on the way."""
    Mortal.left, Mortal.after = left, after
    sqlite3.connect = partial(sqlite3.connect, factory=Mortal)
    answer = submit(open_witness(directory), LOG, 5, 9)
    os.write(answered, f"{answer.outcome}\n{answer.lines}".encode())
    os._exit(0)


def live(*arguments):
    """Return what a life told before it ended, and whether it was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            life(*arguments, writing)
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as told:
        said = told.read()
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return said, os.WIFSIGNALED(status)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_witness_that_is_killed_at_any_statement_has_stored_what_it_answered(tmp_path, after):
    deaths, known_after_death = 0, set()
    for left in range(1, 100):
        witness = witness_of(tmp_path / str(left), LOG, types=["ed25519"])
        submit(witness, LOG, 0, 5)
        said, killed = live(witness.directory, left, after)
        assert not (killed and said)
        size = witness.store.log(ORIGIN).known.size
        known_after_death.add(size)
        # Another history now knocks, from where the witness stands: it finds no gap.
        assert submit(witness, LIE, size).outcome is Outcome.INCONSISTENT
        rest = submit(witness, LOG, size, 12)
        assert rest.outcome is Outcome.COSIGNED
        if not killed:
            assert said.startswith("cosigned\n")
            assert size == 9
            break
        deaths += 1
    assert deaths >= 8
    assert known_after_death == {5, 9}  # 9 after a death: stored, and the answer was lost


def rival(directory, log, size, start, answers):
    witness = open_witness(directory)
    start.wait()
    answer = submit(witness, log, 5, size)
    answers.put((size, answer.outcome, answer.lines))


def test_two_processes_on_one_record_never_cosign_rivals(tmp_path):
    processes, won = get_context("fork"), set()
    for turn in range(ROUNDS):
        witness = witness_of(tmp_path / str(turn), LOG, types=["ed25519"])
        submit(witness, LOG, 0, 5)
        start, answers = processes.Barrier(2), processes.Queue()
        # Every other round the rivals are of one size, else one is larger.
        sides = [(LOG, 9), (FORK, 9 if turn % 2 else 11)]
        running = [
            processes.Process(target=rival, args=(witness.directory, *side, start, answers))
            for side in sides
        ]
        for each in running:
            each.start()
        got = [answers.get(timeout=30) for _ in running]
        for each in running:
            each.join()
        cosigned = [(size, lines) for size, outcome, lines in got if outcome is Outcome.COSIGNED]
        assert len(cosigned) == 1, got
        known = witness.store.log(ORIGIN).known
        assert known.size == cosigned[0][0]
        assert known.note.endswith(cosigned[0][1])
        assert open_note(known.note, witness.cosigner.verifiers).cosigned
        won.add(known.root == LOG.checkpoint(9).root)
    assert won <= {True, False}


def climb(directory, sizes, start, answers):
    witness = open_witness(directory)
    start.wait()
    for size in sizes:
        for _ in range(50):
            known = witness.store.log(ORIGIN).known.size
            if known >= size:
                break
            answer = submit(witness, LOG, known, size)
            if answer.outcome is Outcome.COSIGNED:
                answers.put(size)
                break
    answers.put(None)


def test_two_processes_that_both_climb_never_go_back(tmp_path):
    processes = get_context("fork")
    witness = witness_of(tmp_path / "witness", LOG, types=["ed25519"])
    start, answers = processes.Barrier(2), processes.Queue()
    ladders = [range(1, 12, 2), range(2, 13, 2)]
    running = [
        processes.Process(target=climb, args=(witness.directory, ladder, start, answers))
        for ladder in ladders
    ]
    for each in running:
        each.start()
    got = []
    while got.count(None) < 2:
        got.append(answers.get(timeout=60))
    for each in running:
        each.join()
    assert witness.store.log(ORIGIN).known.size == 12
    sizes = [size for size in got if size is not None]
    assert len(set(sizes)) == len(sizes)
    assert witness.store.log(ORIGIN).cosigned_at == SECOND
