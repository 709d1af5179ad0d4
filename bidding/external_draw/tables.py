"""Draws made elsewhere."""

from piccolo.columns import BigInt, Text, Timestamptz, Varchar
from piccolo.table import Table


class ExternalDraw(Table, tablename="external_draw"):
    """A draw that a provincial terminal made, as it was reported."""

    id = Varchar(length=36, primary_key=True)  # UUIDv7
    subject = Varchar(length=200)  # committee or tender
    application = Varchar(length=100)  # number of the application
    terminal = Varchar(length=100)  # the terminal's name
    terminal_number = Varchar(length=100)  # the terminal's own number of the draw
    drawn_at = Timestamptz()
    calls = Text()  # JSON: [{"number", "outcome", "at"}], in the order of the calls
    sealed_list_sha256 = Varchar(length=64)  # hex
    form_sha256 = Varchar(length=64)  # scanned 抽取记录表, hex
    form_bytes = BigInt()
    form_media_type = Varchar(length=100)
    recorded_at = Timestamptz()
    act = Varchar(length=36)
