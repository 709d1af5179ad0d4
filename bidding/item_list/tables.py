"""Rows of the lists that orders bring."""

from piccolo.columns import Bytea, Integer, Varchar
from piccolo.table import Table


class DrawList(Table, tablename="draw_list"):
    """One list from which a draw is made: fixed by the order, secret until the seal or longer."""

    id = Varchar(length=64, primary_key=True)  # "<draw>/<stratum>"
    draw = Varchar(length=36, index=True)
    stratum = Integer()  # 0-based, as ordered
    entries = Bytea()  # encrypted JSON: [[id, identity, attributes], …]
    act = Varchar(length=36)
