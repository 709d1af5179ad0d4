"""Rows of printed records."""

from piccolo.columns import Boolean, Bytea, Integer, Varchar
from piccolo.table import Table


class DrawSheet(Table, tablename="draw_sheet"):
    """A printed record, as it was handed out. Never changed."""

    id = Varchar(length=48, primary_key=True)  # "<draw>/<number>"
    draw = Varchar(length=36, index=True)
    number = Integer()  # from 1
    whole = Boolean()  # with the units that were avoided
    digest = Varchar(length=64)  # hex SHA-256 of the file
    file = Bytea()  # encrypted: the PDF
    person = Varchar(length=36)  # who printed it
    act = Varchar(length=36)
