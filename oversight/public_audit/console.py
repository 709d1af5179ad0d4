"""`daylight audit --public`: the outsider's audit as a command; which rules it applies is given.

Exit statuses: 0 clean, 1 something does not hold (each thing is named), 3 something could not be
checked.
"""

import os
import sqlite3
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from oversight.errors import ProofRejected
from oversight.ledger.notes import (
    COSIGNATURE_ED25519,
    ED25519,
    MLDSA44,
    VerifierKey,
    parse_vkey,
)
from oversight.ledger.policy import Group, Policy, PolicyWitness, parse_policy
from oversight.public_audit.engine import Trust, audit_log
from oversight.public_audit.report import INCOMPLETE, render
from oversight.public_audit.rules import Book
from oversight.publication.source import SourceUnreachable, open_source

F = TypeVar("F", bound=Callable[..., Any])

OPTIONS = (
    click.option(
        "--log-key", "log_keys", multiple=True, metavar="VKEY",
        help="A verifier key of the log that you trust (`log_keys` of `daylight trust`, compared "
        "by another way); later audits know it from --state.",
    ),
    click.option("--origin", default="", help="The log's name; by default the key's."),
    click.option(
        "--policy", type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Your own witness policy (C2SP tlog-policy), in the place of the one on the log.",
    ),
    click.option(
        "--witness-key", "witness_keys", multiple=True, metavar="VKEY",
        help="A cosigner that you trust; all of those named have to cosign.",
    ),
    click.option(
        "--state", type=click.Path(file_okay=False, path_type=Path),
        help="Directory of your own where the audit keeps how far it came, and 32 bytes for each "
        "entry; one for each log, so that all places that show it are held against each other.",
    ),
    click.option(
        "--processes", type=click.IntRange(1, 64), default=min(8, os.cpu_count() or 1),
        help="How many read bundles at the same time; by default one on each processor.",
    ),
)  # fmt: skip


def public_options(command: F) -> F:
    """Give a command the options of the outsider's audit."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def audit_public(
    place: str,
    book: Book,
    *,
    log_keys: Sequence[str],
    origin: str,
    policy: Path | None,
    witness_keys: Sequence[str],
    state: Path | None,
    processes: int,
    as_json: bool,
) -> int:
    """Audit the published files at `place`, print the report, and return the exit status."""
    try:
        keys = [parse_vkey(text) for text in log_keys]
        trust = Trust(keys, origin, _own_policy(policy, witness_keys))
    except ProofRejected as rejected:
        raise click.UsageError(str(rejected)) from None
    if any(key.type not in (ED25519, MLDSA44) for key in keys):
        raise click.UsageError("a log signs with keys of type 01 or 06")
    if not place.startswith(("http://", "https://")) and not Path(place).is_dir():
        raise click.UsageError(f"{place}: is no directory, and no URL")
    try:
        with open_source(place) as source:
            report = audit_log(source, trust, book, state, say=_say, processes=processes)
    except SourceUnreachable as error:
        click.echo(f"not finished: {error}", err=True)
        return INCOMPLETE
    except sqlite3.Error as error:
        raise click.UsageError(f"the state cannot be used: {error}") from None
    if as_json:
        click.echo(msgspec.json.encode(report))
    else:
        for line in render(report):
            click.echo(line)
    return report.status


def _own_policy(file: Path | None, witness_keys: Sequence[str]) -> Policy | None:
    """Return the auditor's own policy.

    Raises:
        ProofRejected: the file is no policy, or a key is no cosigner's.
    """
    if file is not None and witness_keys:
        raise click.UsageError("name cosigners in --policy or with --witness-key, not both")
    if file is not None:
        try:
            return parse_policy(file.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            raise ProofRejected(f"{file}: is not UTF-8 text") from None
    if not witness_keys:
        return None
    named = [
        PolicyWitness(f"w{number}", _cosigner(text), "") for number, text in enumerate(witness_keys)
    ]
    members = tuple(witness.name for witness in named)
    return Policy((), tuple(named), (Group("all", len(named), members),), "all")


def _cosigner(text: str) -> VerifierKey:
    key = parse_vkey(text)
    if key.type not in (COSIGNATURE_ED25519, MLDSA44):
        raise ProofRejected("a cosigner's key is of type 04 or 06")
    return key


def _say(done: int, total: int) -> None:
    """Tell how far the audit has come, on the terminal only."""
    if sys.stderr.isatty():
        click.echo(f"\r{done:,} of {total:,} entries", nl=done == total, err=True)
