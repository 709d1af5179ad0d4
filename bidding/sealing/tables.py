"""Rows of sealed rosters: whole blocks, so that a million experts are a few hundred rows."""

from piccolo.columns import Bytea, Integer, Varchar
from piccolo.table import Table


class SealedBlock(Table, tablename="sealed_block"):
    """Consecutive positions of one roster, each block but the last of BLOCK_ENTRIES."""

    id = Varchar(length=64, primary_key=True)  # "<draw>/<stratum>/<block>"
    draw = Varchar(length=36, index=True)
    stratum = Integer()  # 0-based, in the request's order
    block = Integer()  # 0-based
    size = Integer()  # entries in this block
    commitments = Bytea()  # 32 bytes each, ascending
    people = Bytea()  # encrypted, compressed JSON: what each commitment opens to, in order
    act = Varchar(length=36)
