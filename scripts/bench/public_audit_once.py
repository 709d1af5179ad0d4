"""One audit for `public_audit.py`, in a process of its own: DIR STATE VKEY.

Prints the seconds on the wall and those of all processors. Apart from that script, so that the
processes which read bundles load no more than they do for the command.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path


def main() -> None:
    """Audit, and print what it took."""
    from api_spec.assembly import AUDITED, FACTS
    from oversight.ledger.notes import parse_vkey
    from oversight.public_audit.engine import Trust, audit_log
    from oversight.public_audit.report import CLEAN
    from oversight.public_audit.rules import Book
    from oversight.publication.source import open_source

    directory, state, key = sys.argv[1:]
    book = Book(AUDITED, [fact.kind for fact in FACTS])
    start, before = time.perf_counter(), _processor_seconds()
    with open_source(directory) as source:
        trust, processes = Trust([parse_vkey(key)]), os.cpu_count() or 1
        report = audit_log(source, trust, book, Path(state), processes=processes)
    assert report.status == CLEAN, report
    print(time.perf_counter() - start, _processor_seconds() - before)


def _processor_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
