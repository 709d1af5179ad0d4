"""Files of experts that were imported."""

from piccolo.columns import BigInt, Integer, Timestamptz, Varchar
from piccolo.table import Table


class Intake(Table, tablename="intake"):
    """One imported file: one act."""

    id = Varchar(length=36, primary_key=True)  # UUIDv7
    sha256 = Varchar(length=64)  # of the file, hex
    bytes = BigInt()
    lines = Integer()  # after the header
    taken = Integer()  # experts registered
    skipped = Integer()  # lines with a fault
    imported_at = Timestamptz()
    act = Varchar(length=36)
