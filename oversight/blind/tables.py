"""What is open uncounted, what waits, and what each blind entry is made of."""

from piccolo.columns import BigInt, BigSerial, Bytea, Integer, Timestamptz, Varchar
from piccolo.table import Table


class Uncounted(Table, tablename="uncounted"):
    """Something about which nobody may count what arrives, from its opening to its closing."""

    id = Varchar(length=36, primary_key=True)  # UUID
    what = Varchar(length=100)  # subject of both entries: a tender's lot, say
    opened_at = Timestamptz()
    opened_act = Varchar(length=36)
    closed_act = Varchar(length=36, null=True, default=None)


class BlindReceipt(Table, tablename="blind_receipt"):
    """A receipt that waits for a blind entry, or stands in one. Gets its place once; never goes."""

    id = BigSerial(primary_key=True)  # order of arrival; may have gaps
    leaf = Bytea()  # 32 bytes of leaf data: the receipt's digest
    received_at = Timestamptz()
    due = BigInt(null=True, default=None)  # the blind entry's interval; null while it waits
    position = Integer(null=True, default=None)  # among the 256 leaves, from 0


class BlindEntry(Table, tablename="blind_entry"):
    """What a blind entry's root is made of. Its key lets one process log it. Never changed."""

    due = BigInt(primary_key=True)  # POSIX second at which its interval began
    act = Varchar(length=36)
    seed = Bytea()  # 32 bytes: salts of pads and places of receipts follow from it
    receipts = Bytea()  # position (1 byte) and leaf (32) of each receipt, by position
