"""`daylight audit`: what the log's published files show, to whoever asks from outside."""

import sys
from typing import Any

import click

from api_spec.assembly import AUDITED, FACTS
from oversight.public_audit.console import audit_public, public_options
from oversight.public_audit.rules import Book
from oversight.remote import Remote


@click.command("audit")
@click.option(
    "--public",
    metavar="URL|DIR",
    required=True,
    help="Where the log is published: the prefix of its files, or a directory with them.",
)
@public_options
@click.pass_obj
def audit(service: Remote, /, public: str, **options: Any) -> None:
    """Check a log from outside, by its published files alone.

    Exit statuses: 0 clean, 1 something does not hold, 3 something could not be checked.
    """
    book = Book(AUDITED, [fact.kind for fact in FACTS])
    sys.exit(audit_public(public, book, as_json=service.as_json, **options))
