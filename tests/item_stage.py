"""A stage for draws from lists: tied bidders with keys of their own, items, suppliers."""

from __future__ import annotations

from draw_stage import EVALUATION, Stage

from bidding.item_draw.commands import order_items
from bidding.item_list.schema import Item, ItemOrder, ListOrder, Supplier
from oversight.authority.rules import Actor, Post, Role
from oversight.identity import commands as identity
from oversight.identity.rules import possession_statement
from oversight.keys.signing import SigningKey
from oversight.keys.signoff import sign
from oversight.values.digests import sha256, to_base64
from oversight.values.identifiers import check_uscc

OPEN = ("tie-break", "parameter", "presentation-order", "host-site", "inspection-sample")
PURPOSES = ("supplier-invitation", *OPEN)
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ORDERER = {"inspection-sample": Role.ADMINISTRATIVE_SUPERVISOR}
FIRMS = ("firm-a", "firm-b")


def uscc(number):
    """Return a credit code that checks: the 17th and 18th characters are searched for."""
    body = f"91410922{number:08d}"
    for inner in ALPHABET:
        for outer in ALPHABET:
            try:
                return check_uscc(body + inner + outer)
            except ValueError:
                continue
    raise AssertionError(number)


def suppliers(count, controllers=0):
    """Return suppliers; with `controllers`, so many control them all in turn."""
    return [
        Supplier(uscc(n), f"供应商{n:03d}有限公司", f"集团{n % controllers}" if controllers else "")
        for n in range(count)
    ]


class ItemStage(Stage):
    """A stage whose draws come from lists."""

    @classmethod
    def beside(cls, stage):
        """Return a stage for lists with the parties and keys of another."""
        made = cls(stage.house)
        made.__dict__.update(stage.__dict__)
        return made

    async def set_up(self, editions=("demo",), **choices):
        await super().set_up(experts=2, editions=editions, **choices)
        admin = self.actor(Role.TRADING_CENTER, Post.ADMINISTRATOR, person=9)
        for name in FIRMS:
            made = await identity.register_party(admin, Role.FIRM, name, "", self.house.occasion())
            self.ids[name] = made.id
            await self.register_firm_key(name)
        await self.house.settle()
        return self

    def actor(self, role, *posts, person=0):
        if role in FIRMS:
            person_id = f"0198c0de-0000-7000-8000-{900 + FIRMS.index(role):012d}"
            return Actor(self.ids[role], Role.FIRM, person_id, frozenset(posts))
        return super().actor(role, *posts, person=person)

    async def register_firm_key(self, name):
        key = SigningKey(sha256(f"stage/{name}".encode()))
        self.keys[self.ids[name]] = key
        shown = sign(key, possession_statement(self.ids[name], to_base64(key.public)))
        holder = self.actor(name, Post.DRAW_CONTRIBUTOR)
        await identity.register_signing_key(
            holder, shown.key, shown.signature, self.house.occasion()
        )

    def orderer(self, purpose):
        role = ORDERER.get(purpose, Role.TENDERER)
        post = Post.DRAW_SUPERVISOR if purpose in ORDERER else Post.DRAW_APPLICANT
        return self.actor(role, post, Post.DRAW_CONTRIBUTOR)

    def roles(self, purpose):
        """Return who contributes: roles, or names of firms."""
        both = (Role.TENDERER, Role.ADMINISTRATIVE_SUPERVISOR)
        if purpose == "tie-break":
            return (*both, *FIRMS)
        return (*both, Role.AGENT) if purpose == "supplier-invitation" else both

    def lists(self, purpose):
        if purpose == "supplier-invitation":
            return [ListOrder("lot-1", 3, suppliers=suppliers(12))]
        if purpose == "tie-break":
            return [
                ListOrder(
                    "lot-1", 1, [Item(name, f"投标人 {name}", self.ids[name]) for name in FIRMS]
                )
            ]
        if purpose == "parameter":
            return [
                ListOrder("k1", 1, [Item(f"k1-{n}", f"0.{n}") for n in range(95, 99)]),
                ListOrder("k2", 1, [Item(f"k2-{n}", f"{n} %") for n in range(4)]),
            ]
        seats = 5 if purpose == "presentation-order" else 2
        return [ListOrder("all", seats, [Item(f"item-{n}", f"第{n}项") for n in range(5)])]

    def form_of(self, purpose, **changes):
        whole = {
            "subject": "tender-of-lists",
            "purpose": purpose,
            "rulebook": "demo",
            "strata": self.lists(purpose),
            "contributors": [self.ids[role] for role in self.roles(purpose)],
            "day": EVALUATION,
        } | changes
        return ItemOrder(**whole)

    async def order_for(self, purpose, actor=None, occasion=None, **changes):
        receipt = await order_items(
            actor or self.orderer(purpose), self.form_of(purpose, **changes),
            occasion or self.house.occasion(),
        )  # fmt: skip
        self.draw = receipt.draw
        await self.house.settle()
        return receipt

    async def until_of(self, purpose, word="drawn", **changes):
        """Take every step of such a draw up to and including `word`."""
        await self.order_for(purpose, **changes)
        for step in ("committed", "sealed", "revealed", "drawn"):
            if word == "ordered":
                break
            if step in ("committed", "revealed"):
                for role in self.roles(purpose):
                    await (self.commit if step == "committed" else self.reveal)(role)
            else:
                await (self.seal if step == "sealed" else self.run)()
            if word == step:
                break
        return self
