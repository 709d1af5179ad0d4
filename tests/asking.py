"""The application of a house, asked over ASGI in the test's own event loop."""

from __future__ import annotations

import re
import uuid
from functools import cache

import httpx
import msgspec

from api_spec.app import create_app
from oversight.authority.rules import Actor, Post, Role
from oversight.configuration import Settings
from oversight.identity import commands, queries
from oversight.identity.rules import POSTS_OF_ROLE


@cache
def the_app():
    """Return the application; one for all tests, because making it takes a second."""
    return create_app(Settings())


class Asking:
    """Doors of one house, with people who may pass them."""

    def __init__(self, house, app=None) -> None:
        self.house = house
        self.app = app or the_app()
        self.app.state.clock = house.clock
        self.description = msgspec.json.decode(self.app.state.description)
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://daylight.invalid")
        self.tokens: dict[tuple[Role, frozenset[Post]], str] = {}
        self.parties: dict[Role, str] = {}

    async def found(self):
        """Found the instance; the administrator's token is `token`."""
        receipt = await commands.found("示范中心", "", "张三", 90, self.house.occasion())
        self.token = receipt.token
        self.administrator: Actor = await queries.actor_of_token(receipt.token, self.house.clock())
        self.parties[Role.TRADING_CENTER] = self.administrator.party
        return self

    async def enter(self, role: Role, *posts: Post) -> str:
        """Return the token of a person with these posts in the party of this role."""
        wanted = (role, frozenset(posts))
        if wanted not in self.tokens:
            if role not in self.parties:
                view = await commands.register_party(
                    self.administrator, role, role.value, occasion=self.house.occasion()
                )
                self.parties[role] = view.id
            person = await commands.register_person(
                self.administrator, self.parties[role], "李四", posts, self.house.occasion()
            )
            receipt = await commands.issue_token(
                self.administrator, person.id, occasion=self.house.occasion()
            )
            self.tokens[wanted] = receipt.token
        return self.tokens[wanted]

    async def holder_of(self, permission) -> str:
        """Return the token of somebody who holds the permission."""
        for role in sorted(permission.roles or Role):
            for post in sorted(permission.posts & POSTS_OF_ROLE[role]):
                if post is not Post.ADMINISTRATOR or role is Role.TRADING_CENTER:
                    return await self.enter(role, post)
        raise AssertionError(f"nobody can hold {permission.act}")

    async def ask(self, method, path, body=None, *, token="", key=None, headers=None, content=None):
        """Ask; a write gets a fresh Idempotency-Key unless `key` is given ("" for none)."""
        sent = {"Authorization": f"Bearer {token}"} if token else {}
        if method != "GET" and key != "":
            sent["Idempotency-Key"] = key or str(uuid.uuid4())
        if content is None and body is not None:
            content = msgspec.json.encode(body)
        if content is not None:
            sent["Content-Type"] = "application/json"
        sent |= headers or {}
        sent = {name: value for name, value in sent.items() if value is not None}
        return await self.client.request(method, path, headers=sent, content=content)

    def operations(self):
        """Yield path, method and description of every operation."""
        for path, item in self.description["paths"].items():
            for method, operation in item.items():
                yield path, method.upper(), operation

    @staticmethod
    def filled(path: str) -> str:
        """Return a path with something in place of its parameters that nobody has."""
        unknown = "019a5c7e-6f00-7000-8000-00000000dead"
        counted = re.sub(r"\{(index|line|number)\}", "1", path)
        return re.sub(r"\{\w+\}", unknown, counted)
