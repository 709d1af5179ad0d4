"""Sign-in by password: short-lived tokens. No domain rows, so written outside of acts.

Wrong passwords in a row are counted by login, known or not, so that nobody learns from the
answer which logins exist.
"""

import hashlib
from datetime import datetime, timedelta

from oversight.ambient import fresh_bytes
from oversight.database import run, writing
from oversight.errors import RuleBroken
from oversight.identity import passwords
from oversight.identity.rules import (
    LOGIN_CALM,
    LOGIN_RIGHT,
    REST_MINUTES,
    SESSION_KEY_FRESH,
    SESSION_MARK,
    SESSION_MINUTES,
    TOKEN_BYTES,
    WRONG_PASSWORDS_MAX,
    token_digest,
    token_text,
)
from oversight.identity.schema import SessionReceipt
from oversight.identity.tables import Person, Session, WrongPassword
from oversight.keys.directory import ring
from oversight.values.instants import to_text

LOGIN = "login"


async def sign_in(login: str, password: str, key: str, now: datetime) -> SessionReceipt:
    """Return a token that lives for an hour.

    `key` is the request's Idempotency-Key: a token is shown once, so a repetition is refused.

    Raises:
        RuleBroken: LOGIN_CALM, LOGIN_RIGHT, LOGIN_QUEUE, SESSION_KEY_FRESH.
    """
    index = ring().blind.index(LOGIN, login)
    await _require_calm(index, now)
    row = await Person.select(Person.id, Person.password).where(Person.login == index).first()
    if not await passwords.matches(row["password"] if row else "", password):
        await _count_wrong(index, now)
        raise RuleBroken(LOGIN_RIGHT, needed="the right login and password")
    assert row is not None
    token, expires = token_text(fresh_bytes(TOKEN_BYTES), SESSION_MARK), _expiry(now)
    request = hashlib.sha256(f"{row['id']}\n{key}".encode()).digest()
    async with writing():
        await run("DELETE FROM session WHERE expires_at <= {}", now)
        await run("DELETE FROM wrong_password WHERE login = {}", index)
        made = await (
            Session.insert(
                Session(
                    digest=token_digest(token),
                    request=request,
                    person=row["id"],
                    expires_at=expires,
                )
            )
            .on_conflict(action="DO NOTHING")
            .returning(Session.person)
        )
        if not made:
            raise RuleBroken(SESSION_KEY_FRESH, needed="another Idempotency-Key")
    return SessionReceipt(token, to_text(expires))


async def sign_out(token: str) -> None:
    """End the session of this token, if it has one."""
    async with writing():
        await run("DELETE FROM session WHERE digest = {}", token_digest(token))


def _expiry(now: datetime) -> datetime:
    return (now + timedelta(minutes=SESSION_MINUTES)).replace(microsecond=0)


async def _require_calm(index: bytes, now: datetime) -> None:
    row = await WrongPassword.select().where(WrongPassword.login == index).first()
    if row is None or row["times"] < WRONG_PASSWORDS_MAX:
        return
    if now < row["last_at"] + timedelta(minutes=REST_MINUTES):
        raise RuleBroken(LOGIN_CALM, needed=f"waiting for {REST_MINUTES} minutes")


async def _count_wrong(index: bytes, now: datetime) -> None:
    old = now - timedelta(minutes=REST_MINUTES)
    async with writing():
        await run("DELETE FROM wrong_password WHERE last_at < {}", old)
        await run(
            "INSERT INTO wrong_password (login, times, last_at) VALUES ({}, 1, {})"
            " ON CONFLICT (login) DO UPDATE SET times = wrong_password.times + 1,"
            " last_at = excluded.last_at",
            index,
            now,
        )
