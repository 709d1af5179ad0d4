"""Rows of public randomness."""

from piccolo.columns import BigInt, Varchar
from piccolo.table import Table


class BeaconRound(Table, tablename="beacon_round"):
    """A round that was verified before it was stored. Never changed, never deleted."""

    id = Varchar(length=90, primary_key=True)  # "<chain>/<round>"
    chain = Varchar(length=64)  # hex: the chain's name
    round = BigInt()  # from 1
    signature = Varchar(length=96)  # hex: a point of G1
    act = Varchar(length=36)
