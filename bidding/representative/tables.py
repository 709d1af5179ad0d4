"""Rows of representatives. The identity number is nowhere but as a blind index."""

from piccolo.columns import Bytea, Varchar
from piccolo.table import Table


class Representative(Table, tablename="representative"):
    """A member whom the buyer sends. Only `state` changes, once."""

    id = Varchar(length=36, primary_key=True)  # UUIDv7
    draw = Varchar(length=36, index=True)
    sealed_name = Bytea()  # AES-256-GCM; context representative/name/<id>
    id_index = Bytea()  # 32 bytes, blind index, of the same kind as the pool's
    letter = Varchar(length=64)  # hex SHA-256 of the letter of authority
    declaration = Varchar(length=64)  # hex SHA-256 of the declaration (no interest, secrecy)
    state = Varchar(length=10)  # "named" or "withdrawn"
    person = Varchar(length=36)  # who named
    act = Varchar(length=36)
