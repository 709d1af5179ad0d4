"""Passwords: argon2id (RFC 9106), off the event loop, and never many at once.

One hash takes 64 MiB and a tenth of a second. A bound on how many wait keeps a flood of
sign-ins from taking the whole service down.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from oversight.errors import RuleBroken
from oversight.identity.rules import LOGIN_QUEUE

AT_ONCE = 2
WAITING_MAX = 16

_hasher = PasswordHasher()
_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")
# what an unknown login is checked against, so that it takes as long as a known one
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)


class _Queue:
    """How many passwords are being checked or wait for it, in this process."""

    length = 0


def _matches(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed or _NOBODY, password) and bool(hashed)
    except (VerifyMismatchError, InvalidHashError):
        return False


async def hash_password(password: str) -> str:
    """Return the argon2id hash in PHC form.

    Raises:
        RuleBroken: LOGIN_QUEUE.
    """
    return str(await _queued(_hasher.hash, password))


async def matches(hashed: str, password: str) -> bool:
    """Tell whether the password gives the hash; takes as long where the hash is empty.

    Raises:
        RuleBroken: LOGIN_QUEUE.
    """
    return bool(await _queued(_matches, hashed, password))


async def _queued(deed: object, *values: str) -> object:
    if _Queue.length >= AT_ONCE + WAITING_MAX:
        raise RuleBroken(LOGIN_QUEUE, needed="trying again in a few seconds")
    _Queue.length += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, deed, *values)  # type: ignore[arg-type]
    finally:
        _Queue.length -= 1
