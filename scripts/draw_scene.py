"""Made-up draws, told step by step through the project's own rules onto a made-up log.

What the log is told can be falsified field by field: such a lie is logged and proved like the
truth, and only the verifier's rules can find it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from bidding.bundle.rules import Contributor, Pool, Request, Stratum, request_digest
from bidding.closing.rules import Close
from bidding.contribution.rules import commit_statement, contribution, reveal_statement
from bidding.draw import facts
from bidding.draw.rules import Answer
from bidding.lottery.rules import PROTOCOL, Order, alpha_of, seed_of, transcript
from bidding.sealing.rules import (
    commitment,
    excluded_digest,
    openings_digest,
    part_digest,
    roster_paths,
    roster_root,
    salts,
    secret_digest,
)
from bidding.walk.rules import CapTally, Line, Walk, attributes_due, identities_due
from oversight.keys.vrf import prove
from oversight.ledger.facts import Fact
from oversight.values.digests import to_base64
from oversight.values.instants import to_text
from scripts.made_up_log import (
    CENTER,
    ORIGIN,
    SUBJECT,
    SUPERVISOR,
    TENDERER,
    Item,
    Scene,
    secret_of,
)


class Told:
    """One attempt as it is told: each step logs its entry, true but for what `lies` replace.

    `lies` maps "<word>.<field>" to what the entry says instead, "<word>@actor" to who acts, and
    "<word>@subject" to what it is about.
    """

    def __init__(
        self,
        scene: Scene,
        *,
        attempt: int = 1,
        previous: int | None = None,
        purpose: str = "evaluation-committee",
        contributors: Sequence[str] = (SUPERVISOR, TENDERER),
        parent: Told | None = None,
        lies: Mapping[str, Any] | None = None,
    ) -> None:
        self.scene, self.attempt, self.purpose = scene, attempt, purpose
        self.lies, self.parties = lies or {}, list(contributors)
        self.parents: list[Told] = [parent, *parent.parents] if parent else []
        self.of = parent.id if parent else None
        self.id: str = f"0195a000-0000-7000-a{len(self.parents):03x}-{attempt:012x}"
        own = secret_of(f"{scene.name}/secret/{attempt}")
        self.secret: bytes = parent.secret if parent else own
        self.indexes: list[int] = []
        self.request: Request | None = None
        self.rosters: list[list[Item]] = []
        self.revealed: set[str] = set()
        self.vrf: dict[str, str | None] | None = None
        self.walk: Walk | None = None
        self.opened: list[dict[str, Any]] = []
        self.excluded: list[list[str]] = []
        after = previous if parent is None else parent.newest
        self._log(facts.Ordered(self.id, after, purpose, attempt, self.of), self.parties[-1])

    def _log(self, fact: Fact, actor: str) -> int:
        word = fact.kind.rpartition(".")[2]
        told = {key.partition(".")[2]: value for key, value in self.lies.items()
                if key.startswith(f"{word}.")}  # fmt: skip
        index = self.scene.tell(
            msgspec.structs.replace(fact, **told),
            self.lies.get(f"{word}@actor", actor),
            self.lies.get(f"{word}@subject", SUBJECT),
        )
        self.indexes.append(index)
        return index

    def _signed(self, word: str, party: str, statement: bytes) -> str:
        signer = self.lies.get(f"{word}@key", party)
        return to_base64(self.scene.keys[signer].sign(statement))

    @property
    def newest(self) -> int:
        """The index of this draw's newest entry."""
        return self.indexes[-1]

    @property
    def digest(self) -> bytes:
        """R."""
        assert self.request is not None, "sealed first"
        return request_digest(self.request)

    def nonce(self, party: str) -> bytes:
        """Return a party's nonce."""
        return secret_of(f"{self.scene.name}/{self.attempt}/nonce/{party}")

    def commit(self, *parties: str) -> Told:
        """Commit for these parties, else for all."""
        for party in parties or self.parties:
            sealed = contribution(self.id, party, self.nonce(party))
            signature = self._signed("committed", party, commit_statement(self.id, party, sealed))
            self._log(facts.Committed(self.id, self.newest, party, sealed.hex(), signature), party)
        return self

    def seal(
        self,
        strata: Mapping[str, tuple[int, list[Item]]],
        caps: Mapping[str, int] | None = None,
        excluded: Sequence[Sequence[str]] = (),
        **changes: Any,
    ) -> Told:
        """Fix rosters and request; `changes` replace fields of the request itself."""
        self.rosters = [
            sorted(items, key=lambda one: commitment(self.secret, one.id, one.parts))
            for _, items in strata.values()
        ]
        self.excluded = [list(pair) for pair in excluded]
        salt = secret_of(f"{self.scene.name}/excluded")
        request = Request(
            protocol=PROTOCOL,
            origin=ORIGIN,
            draw=self.id,
            of=self.of,
            subject=SUBJECT,
            purpose=self.purpose,
            attempt=self.attempt,
            rulebook="T-vectors",
            secret=secret_digest(self.secret).hex(),
            pool=Pool(self.newest + 1, excluded_digest(salt, self.excluded).hex()),
            strata=[
                Stratum(name, seats, len(roster), roster_root(self.commitments(place)).hex())
                for place, ((name, (seats, _)), roster) in enumerate(
                    zip(strata.items(), self.rosters, strict=True)
                )
            ],
            caps=dict(caps or {}),
            contributors=[
                Contributor(
                    party,
                    to_base64(self.scene.keys[party].public),
                    contribution(self.id, party, self.nonce(party)).hex(),
                )
                for party in self.parties
            ],
            beacon=None,
            vrf_key=self.scene.vrf_key,
            reveal_by=to_text(self.scene.at + timedelta(hours=1)),
        )
        self.request = msgspec.structs.replace(request, **changes)
        said = (self.id, self.newest, self.digest.hex(), self.purpose, self.attempt, self.of)
        if self.purpose == "tie-break":
            self.open_all()
            self._log(facts.SealedOpenly(*said, openings_digest(self.opened).hex()), CENTER)
        else:
            self._log(facts.Sealed(*said), CENTER)
        return self

    def commitments(self, stratum: int) -> list[bytes]:
        """Return a roster's commitments, in order."""
        return [commitment(self.secret, one.id, one.parts) for one in self.rosters[stratum]]

    def reveal(self, *parties: str) -> Told:
        """Reveal for these parties, else for all."""
        for party in parties or self.parties:
            nonce = self.nonce(party)
            statement = reveal_statement(self.id, self.digest, nonce)
            signature = self._signed("revealed", party, statement)
            self._log(
                facts.Revealed(
                    self.id, self.newest, party, nonce.hex(), self.digest.hex(), signature
                ),
                party,
            )
            self.revealed.add(party)
        return self

    def alpha(self) -> bytes:
        """Return alpha; all reveals are there."""
        nonces = [(party, self.nonce(party)) for party in self.parties]
        return alpha_of(transcript(self.digest, nonces, None))

    def compute(self) -> Told:
        """Prove, draw and walk, without logging it."""
        assert self.request is not None, "sealed first"
        alpha = self.alpha()
        proof, output = prove(self.scene.vrf_secret, alpha)
        self.vrf = {"alpha": alpha.hex(), "pi": proof.hex(), "beta": output.hex()}
        seed, strata = seed_of(alpha, output), self.request.strata
        tally = CapTally(self.request.caps)
        rosters = [self.commitments(place) for place in range(len(strata))]

        def admit(stratum: int, position: int, _: bytes) -> bool:
            values = self.rosters[stratum][position].parts[1]
            capped = not tally.admits(values) and not self.lies.get("walk.ignores_caps")
            if not capped:
                tally.seat(values)
            return not capped

        self.walk = Walk(
            [one.seats for one in strata],
            [Order(seed, one.id, one.size) for one in strata],
            lambda stratum, position: rosters[stratum][position],
            admit,
            [line.commitment for told in self.parents for line in told.lines()],
        )
        self.walk.begin()
        return self

    def draw(self) -> Told:
        """Compute the result and log it."""
        self.compute()
        assert self.walk is not None, "just walked"
        assert self.vrf is not None, "just proved"
        alpha, proof = self.vrf["alpha"], self.vrf["pi"]
        assert alpha is not None, "just computed"
        assert proof is not None, "just computed"
        digest = self.walk.digest().hex()
        self._log(
            facts.Drawn(self.id, self.newest, self.digest.hex(), alpha, proof, None, digest), CENTER
        )
        return self

    def answer(self, line: int, outcome: str, by: str = SUPERVISOR) -> Told:
        """Free one line for a countersigned reason."""
        assert self.walk is not None, "drawn first"
        met = self.walk.lines[line]
        evidence = secret_of(f"evidence/{line}/{outcome}").hex()
        said = Answer(
            self.id, self.digest.hex(), met.stratum, met.position, outcome, evidence, self.newest
        )
        signature = self._signed("answered", by, said.statement())
        self.walk.answer(line, outcome)
        digest = self.walk.digest().hex()
        self._log(
            facts.Answered(self.id, self.newest, line, outcome, evidence, by, signature, digest),
            "expert",
        )
        return self

    def complete(self) -> bool:
        """Tell whether all that a result is computed from is there."""
        return self.request is not None and self.revealed == set(self.parties)

    def close(self, kind: type[facts.Closing], by: str, reason: str, proved: bool = True) -> Told:
        """Close without a result; what the inputs give is in the entry."""
        complete = self.complete()
        if complete and self.vrf is None and proved:
            self.compute()
        if complete and not proved:
            self.vrf = {"alpha": self.alpha().hex(), "pi": None, "beta": None}
        known = self.vrf or {}
        digest = self.walk.digest().hex() if self.walk else None
        statement = secret_of(f"statement/{reason}").hex()
        alpha = self.lies.get(f"{kind.kind.rpartition('.')[2]}.alpha", known.get("alpha"))
        signed = Close(
            self.id,
            self.attempt,
            self.digest.hex() if self.request else None,
            kind.kind.rpartition(".")[2],
            reason,
            statement,
            alpha,
            digest,
        ).signed()
        signature = self._signed("closing", by, signed)
        self._log(
            kind(
                self.id, self.newest, reason, statement, signature, alpha, known.get("pi"), digest
            ),
            by,
        )
        return self

    def open_all(self) -> None:
        """Open every item of every roster, once each."""
        items = {
            commitment(self.secret, one.id, one.parts): one
            for roster in self.rosters
            for one in roster
        }
        self.opened = [self._opening(items[one], True, True) for one in sorted(items)]

    def identify(self) -> Told:
        """Open what must be opened in the end."""
        assert self.walk is not None, "drawn first"
        assert self.request is not None, "sealed first"
        whole = identities_due(self.walk.lines)
        due = attributes_due(self.walk.lines, self.request.caps)
        met = {
            line.commitment: self.rosters[line.stratum][line.position] for line in self.walk.lines
        }
        self.opened = [self._opening(met[one], one in whole, True) for one in sorted(due)]
        digest = openings_digest(self.opened).hex()
        self._log(facts.Identified(self.id, self.newest, digest), CENTER)
        return self

    def _opening(self, item: Item, identity: bool, attributes: bool) -> dict[str, Any]:
        opening: dict[str, Any] = {"commitment": commitment(self.secret, item.id, item.parts).hex()}
        named = zip(
            ("identity", "attributes"),
            salts(self.secret, item.id),
            item.parts,
            (identity, attributes),
            strict=True,
        )
        for name, salt, value, shown in named:
            closed = {"digest": part_digest(name, salt, value).hex()}
            opening[name] = {"salt": salt.hex(), "value": dict(value)} if shown else closed
        return opening

    def part(self) -> dict[str, Any]:
        """Return what a bundle shows of this attempt, as far as it got."""
        if self.request is None:
            nothing = dict.fromkeys(("request", "beacon", "vrf"))
            return {"draw": self.id, **nothing, "reveals": [], "walk": []}
        return {
            "request": msgspec.to_builtins(self.request),
            "reveals": [self._reveal(party) for party in self.parties],
            "beacon": None,
            "vrf": self.vrf,
            "walk": self._lines(),
        }

    def _reveal(self, party: str) -> dict[str, Any]:
        if party not in self.revealed:
            return {"party": party, "nonce": None, "signature": None}
        nonce = self.nonce(party)
        statement = reveal_statement(self.id, self.digest, nonce)
        signature = self._signed("revealed", party, statement)
        return {"party": party, "nonce": nonce.hex(), "signature": signature}

    def lines(self) -> list[Line]:
        """Return the walk as it stands."""
        return self.walk.lines if self.walk else []

    def _lines(self) -> list[dict[str, Any]]:
        lines = self.lines()
        paths = [
            roster_paths(
                self.commitments(place), {one.position for one in lines if one.stratum == place}
            )
            for place in range(len(self.rosters))
        ]
        return [
            line.public()
            | {"inclusion": [node.hex() for node in paths[line.stratum][line.position]]}
            for line in lines
        ]

    def bundle(
        self, earlier: Sequence[Told] = (), cosigned_at: int | None = None
    ) -> dict[str, Any]:
        """Return the whole record of this attempt and those before it."""
        indexes = [0, *(index for told in earlier for index in told.indexes), *self.indexes]
        return {
            "protocol": PROTOCOL,
            "parent": self.parents[0].bundle((), cosigned_at) if self.parents else None,
            "earlier": [told.part() for told in earlier],
            **self.part(),
            "openings": self.opened,
            "log": {
                "checkpoint": self.scene.checkpoint(cosigned_at),
                "early": None,
                "entries": self.scene.entries(indexes),
            },
        }

    def auditor(self) -> dict[str, Any]:
        """Return the auditor's file: the secret, the rosters and the exclusions."""
        return {
            "secret": self.secret.hex(),
            "entries": [
                [dict(one.parts[0]) | dict(one.parts[1]) for one in roster]
                for roster in self.rosters
            ],
            "excluded": {
                "salt": secret_of(f"{self.scene.name}/excluded").hex(),
                "list": self.excluded,
            },
        }
