"""Insiders with tokens of their own, who ask the service's doors for what they should not get."""

from __future__ import annotations

import json

from asking import Asking
from day_stage import DayStage
from doors import Doors

from bidding.answer import queries as answers
from bidding.gateway.queries import gateway_key
from bidding.gateway.rules import signature
from oversight.authority.rules import Post, Role
from oversight.identity import commands as identity
from oversight.values.digests import to_base64

CENTER, SUPERVISOR = Role.TRADING_CENTER, Role.ADMINISTRATIVE_SUPERVISOR
# Everything that one person at the center may hold beside the operator's post.
OPERATOR = (
    Post.DRAW_OPERATOR, Post.POOL_KEEPER, Post.POOL_REVIEWER, Post.DRAW_CONTRIBUTOR,
    Post.ARCHIVE_READER,
)  # fmt: skip
INSIDERS = {
    "operator": (CENTER, OPERATOR),
    "second operator": (CENTER, OPERATOR),
    "contributor": (Role.TENDERER, (Post.DRAW_APPLICANT, Post.DRAW_CONTRIBUTOR)),
    "countersigner": (SUPERVISOR, (Post.DRAW_SUPERVISOR, Post.DRAW_CONTRIBUTOR)),
}


class Insiders:
    """People of a stage's parties, each with a token, asking over HTTP."""

    def __init__(self, stage) -> None:
        self.stage, self.asking = stage, Asking(stage.house)
        self.tokens, self.people = {}, {}
        self.doors = Doors(self.asking.description)

    async def join(self, name, role, *posts):
        """Register a person of the party of a role, and issue a token."""
        admin = self.stage.actor(CENTER, Post.ADMINISTRATOR, person=9)
        now = self.stage.house.occasion
        person = await identity.register_person(admin, self.stage.ids[role], name, posts, now())
        self.tokens[name] = (await identity.issue_token(admin, person.id, occasion=now())).token
        self.people[name] = person.id
        return person.id

    async def enter(self):
        for name, (role, posts) in INSIDERS.items():
            await self.join(name, role, *posts)
        await self.stage.house.settle()
        return self

    async def ask(self, who, method, path, body=None, *, settled=True, **more):
        """Ask a door as somebody; the log then goes on, unless it is to stand still."""
        got = await self.asking.ask(method, path, body, token=self.tokens.get(who, ""), **more)
        if settled:
            await self.stage.house.settle()
        if got.headers.get("content-type", "").startswith("application/json"):
            self.doors.learn(path.partition("?")[0], got.json())
        return got

    async def on(self, who, method, door, body=None, **more):
        """Ask a door of the stage's draw."""
        return await self.ask(who, method, f"/v1/draws/{self.stage.draw}{door}", body, **more)

    async def refused(self, who, method, path, body=None, status=None, **more):
        """Ask for what must be refused by a rule that is named; return the problem."""
        got = await self.ask(who, method, path, body, **more)
        assert 400 <= got.status_code < 500, (path, got.status_code, got.text)
        assert status is None or got.status_code == status, (path, got.text)
        problem = got.json()
        assert problem["code"], problem
        return problem

    async def refused_on(self, who, method, door, body=None, status=None, **more):
        return await self.refused(
            who, method, f"/v1/draws/{self.stage.draw}{door}", body, status, **more
        )

    async def signed_for(self, proposal, role):
        """Return a party's countersignature of a proposal, as its body."""
        said = await answers.statement(proposal)
        signed = self.stage.keys[self.stage.ids[role]].sign(said.statement())
        return {"previous": said.previous, "signature": to_base64(signed)}

    async def countersign(self, proposal, who="countersigner", role=SUPERVISOR, **more):
        body = await self.signed_for(proposal, role)
        path = f"/v1/proposals/{proposal}/countersignature"
        return await self.ask(who, "POST", path, body, **more)

    async def waiting(self, who="countersigner"):
        """Return the proposals that wait, as a door lists them."""
        listed = await self.on(who, "GET", "/proposals")
        return [one for one in listed.json()["items"] if one["state"] == "waiting"]

    async def seats(self, who="operator"):
        return (await self.on(who, "GET", "/contact")).json()["seats"]

    async def report(self, message, event, key="", shared=None):
        """Report as the gateway, under its key or another."""
        body = json.dumps({"message": message, "event": event, "key": key}).encode()
        at = int(self.stage.house.now.timestamp())
        headers = {
            "Daylight-Timestamp": str(at),
            "Daylight-Signature": signature(shared or gateway_key(), at, body),
        }
        return await self.ask("", "POST", "/v1/gateway/reports", content=body, headers=headers)


async def insiders(house, word, experts=30, **order):
    """Return insiders at a draw that went as far as `word`, its gateway a directory."""
    stage = await DayStage(house).set_up(experts)
    stage.configure()
    await stage.until(word, **order)
    return await Insiders(stage).enter()
