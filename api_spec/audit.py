"""`daylight audit`: the database against the log; or what the published files show to outsiders."""

import sqlite3
import sys
from typing import Any

import asyncpg
import click

from api_spec.assembly import AUDITED, FACTS
from api_spec.database_audit import audit_database
from oversight.configuration import DOCS
from oversight.public_audit.console import audit_public, public_options
from oversight.public_audit.report import INCOMPLETE
from oversight.public_audit.rules import Book

UNREADABLE = (
    sqlite3.DatabaseError,  # a damaged file, a table that is gone
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedColumnError,
    asyncpg.DataCorruptedError,
    asyncpg.IndexCorruptedError,
)


@click.command("audit")
@click.option(
    "--public",
    metavar="URL|DIR",
    help="Check published files alone: the prefix of their URLs, or a directory with them.",
)
@public_options
@click.option("--dsn", metavar="DSN", help="Database: " + DOCS["dsn"].partition(": ")[2])
@click.option("--data-dir", metavar="DIR", help=DOCS["data_dir"])
@click.option("--key-dir", metavar="DIR", help=DOCS["key_dir"])
@click.pass_context
def audit(
    ctx: click.Context,
    /,
    public: str | None,
    dsn: str | None,
    data_dir: str | None,
    key_dir: str | None,
    **options: Any,
) -> None:
    """Hold the database of the instance beside it against its log, both ways, column by column.

    With --public, check a log from outside, by its published files alone. Without a key
    directory nothing that is sealed can be checked, and the audit is incomplete.

    Exit statuses: 0 clean, 1 something does not hold, 3 something could not be checked.
    """
    own = {"dsn": dsn, "data_dir": data_dir, "key_dir": key_dir}
    if public is not None:
        _refuse({name for name, value in own.items() if value}, "is not for --public")
        book = Book(AUDITED, [fact.kind for fact in FACTS])
        sys.exit(audit_public(public, book, as_json=ctx.obj.as_json, **options))
    outside = {name for name in ("log_keys", "policy", "witness_keys") if options[name]}
    _refuse(outside, "is for --public")
    flags = {**own, "origin": options["origin"] or None}
    try:
        sys.exit(audit_database(ctx, options["state"], flags))
    except UNREADABLE as error:
        if isinstance(error, sqlite3.ProgrammingError | sqlite3.IntegrityError):
            raise
        click.echo(f"not finished: the database cannot be read: {error}", err=True)
        sys.exit(INCOMPLETE)


def _refuse(named: set[str], why: str) -> None:
    for name in sorted(named):
        raise click.UsageError(f"--{name.removesuffix('s').replace('_', '-')} {why}")
