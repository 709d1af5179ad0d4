"""Readings of protected fields. The rows are no domain rows: a named function writes them."""

from piccolo.columns import BigSerial, Date, Integer, Timestamptz, Varchar
from piccolo.table import Table


class Reading(Table, tablename="reading"):
    """Somebody saw protected fields of an expert. No domain row: written outside of acts."""

    id = BigSerial(primary_key=True)
    expert = Varchar(length=36)
    party = Varchar(length=36)
    person = Varchar(length=36)
    fields = Varchar(length=100)  # which, joined by commas
    purpose = Varchar(length=200)
    at = Timestamptz()
    day = Date()  # of that instant, UTC


class ReadingDigest(Table, tablename="reading_digest"):
    """A day's digest of readings that stands on the log."""

    day = Date(primary_key=True)  # UTC
    readings = Integer()
    sha256 = Varchar(length=64)  # hex: rules.digest_of
    act = Varchar(length=36)
