"""A stage whose draw is drawn, and a gateway that takes everything into a directory."""

from __future__ import annotations

import json
import logging
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from draw_stage import Stage

from bidding.contact.commands import open_contact
from bidding.contact.hand import look_after
from bidding.contact.schema import ContactOrder
from bidding.draw import queries as draws
from bidding.gateway.commands import make_key
from bidding.reply.commands import answer, take_report
from bidding.reply.schema import Reply, Report
from oversight.authority.rules import Role
from oversight.configuration import use_settings
from oversight.errors import RuleBroken

ORDER = ContactOrder(hour=9, hours=4, region="410928")


@contextmanager
def told_of(*names):
    """Yield a list that gets what these loggers say of errors: a hand outlives its own."""
    said, handler = [], logging.Handler(logging.WARNING)
    handler.emit = lambda record: said.append(record.getMessage())
    for name in names:
        logging.getLogger(name).addHandler(handler)
    try:
        yield said
    finally:
        for name in names:
            logging.getLogger(name).removeHandler(handler)


class ContactStage(Stage):
    """Parties, a pool, a draw, and what the telephones of its experts receive."""

    async def ready(self, experts=30, **settings):
        """Draw, and let the gateway be a directory of its own."""
        await self.set_up(experts)
        self.configure(**settings)
        await self.until("drawn")
        return self

    def configure(self, **settings):
        outbox = f"file:{self.house.directory}/outbox"
        page = "https://answers.invalid/"
        wanted = {"gateway": outbox, "answer_url": page} | settings
        self.house.settings = msgspec.structs.replace(self.house.settings, **wanted)
        use_settings(self.house.settings)
        make_key(Path(self.house.settings.gateway_key))

    async def open_contact(self, **changes):
        order = msgspec.structs.replace(ORDER, **changes)
        receipt = await open_contact(self.operator, self.draw, order, self.house.occasion())
        await self.house.settle()
        return receipt

    async def hand(self, **time):
        """Let time pass, and the hand look once at what is due."""
        if time:
            self.house.pass_time(**time)
        with told_of("daylight.contact", "daylight.gateway") as said:
            await look_after(self.house.clock)
        assert not said, said
        await self.house.settle()

    def outbox(self):
        """Return the messages that were handed over, by id."""
        folder = self.house.directory / "outbox"
        files = sorted(folder.glob("*.json")) if folder.exists() else []
        return {file.stem: json.loads(file.read_text()) for file in files}

    def newest(self, before=()):
        """Return messages that were not there before."""
        return [one for ident, one in self.outbox().items() if ident not in before]

    async def reply(self, secret, said="accepted", reason="", source="192.0.2.1", occasion=None):
        receipt = await answer(
            Reply(secret, said, reason), source, occasion or self.house.occasion()
        )
        await self.house.settle()
        return receipt

    async def report(self, message, event="delivered", key=""):
        receipt = await take_report(Report(message, event, key), self.house.occasion())
        await self.house.settle()
        return receipt

    async def seated(self):
        lines = await draws.lines(self.draw)
        return [n for n, line in enumerate(lines) if line.holds_seat()]

    async def vouch(self, proposal):
        """Countersign a proposal as the supervisor."""
        from bidding.answer import queries as answers
        from bidding.answer.commands import countersign
        from bidding.answer.schema import CounterSignature
        from oversight.values.digests import to_base64

        said = await answers.statement(proposal)
        key = self.keys[self.ids[Role.ADMINISTRATIVE_SUPERVISOR]]
        sent = CounterSignature(said.previous, to_base64(key.sign(said.statement())))
        receipt = await countersign(self.supervisor, proposal, sent, self.house.occasion())
        await self.house.settle()
        return receipt


async def tell_contact(stage):
    """Invite those who hold seats of a stage's draw: one accepts, the others are not reached."""
    await ContactStage.open_contact(stage)
    await ContactStage.hand(stage)
    first, *others = ContactStage.outbox(stage).values()
    await ContactStage.reply(stage, code_in(first))
    await ContactStage.report(stage, others[0]["id"], "failed")
    for _ in range(6):
        await ContactStage.hand(stage, minutes=1)
        for one in ContactStage.outbox(stage).values():
            with suppress(RuleBroken):
                await ContactStage.report(stage, one["id"], "no-answer")


def code_in(message):
    """Return the code that a message holds."""
    import re

    return re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", message["zh"])[0]


def link_in(message):
    """Return the secret part of the link that a message holds."""
    import re

    return re.search(r"#([A-Za-z0-9_-]{43})", message["zh"])[1]
