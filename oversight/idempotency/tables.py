"""Requests that were answered."""

from piccolo.columns import Bytea, Varchar
from piccolo.table import Table


class AnsweredRequest(Table, tablename="answered_request"):
    """One request that took effect, and its answer. Written in the act's own transaction."""

    actor_key = Varchar(length=100, primary_key=True)  # who asked; key with route and key
    route = Varchar(length=200)
    key = Varchar(length=255)  # the Idempotency-Key
    body_digest = Bytea()  # 32 bytes
    act = Varchar(length=36)
    answer = Bytea()  # JSON, encrypted: an answer may hold a secret shown once
