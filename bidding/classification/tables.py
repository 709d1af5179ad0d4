"""Imported lists of codes, version by version. The seed that ships with the service has no rows."""

from piccolo.columns import Date, Text, Timestamptz, Varchar
from piccolo.table import Table


class CodeList(Table, tablename="code_list"):
    """One imported version of one list."""

    id = Varchar(length=36, primary_key=True)  # UUIDv7
    kind = Varchar(length=20)  # ndrc, finance, region
    version = Varchar(length=80)
    source = Text()
    sha256 = Varchar(length=64)  # of the file, hex
    imported_at = Timestamptz()
    act = Varchar(length=36)


class CodeRow(Table, tablename="code_row"):
    """One code of an imported version."""

    list_id = Varchar(length=36, primary_key=True)  # key with code
    code = Varchar(length=20)
    name = Varchar(length=100)
    parent = Varchar(length=20)  # empty at the top
    valid_from = Date(null=True, default=None)  # first day in force; null: open
    valid_to = Date(null=True, default=None)  # first day no longer in force; null: open
    confidence = Varchar(length=1)  # A, B, s or M
