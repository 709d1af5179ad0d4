"""Shape of the request, the bundle, the trust file and the auditor's file (draw.md, "Bundle").

Everything is read strictly: no unknown or duplicate field, no fraction, lower-case hex,
canonical base64, times in whole seconds. What has passed here re-encodes to the same text, so
`canonical` of a part that was read is `canonical` of its decoded values.
"""

import json
import re
from typing import Annotated, Any, Literal, NoReturn, TypeVar

import msgspec
from msgspec import Meta

from bidding.lottery.rules import PROTOCOL, labelled
from oversight.errors import ProofRejected
from oversight.ledger.facts import ENTRY_BYTES_MAX
from oversight.ledger.notes import COSIGNATURE_ED25519, ED25519, VerifierKey, read_vkeys
from oversight.values.canonical import NotCanonical, canonical, parse_strict
from oversight.values.digests import unbase64
from oversight.values.instants import from_text

SIZE_MAX = 10**7  # of one stratum
EVALUATION_COMMITTEE = "evaluation-committee"
SUPPLIER_INVITATION = "supplier-invitation"
# Drawn from items with public labels: no multiple, no caps; opened with the seal (draw.md,
# "Other purposes").
OPEN_PURPOSES = frozenset(
    {"tie-break", "parameter", "presentation-order", "host-site", "inspection-sample"}
)
# What the two parts of an entry say; the first name tells one person from another (draw.md, step 3
# and "Other purposes"). Purposes that are not named draw experts.
PART_FORMS = {
    EVALUATION_COMMITTEE: (("expert", "name"), ("employer", "region", "specialties")),
    SUPPLIER_INVITATION: (("uscc", "name"), ("controller",)),
}

Hex32 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Hex64 = Annotated[str, Meta(pattern=r"^[0-9a-f]{128}\Z")]
Hex80 = Annotated[str, Meta(pattern=r"^[0-9a-f]{160}\Z")]
HexPoint = Annotated[str, Meta(pattern=r"^([0-9a-f]{96}|[0-9a-f]{192})\Z")]  # G1 or G2
TrustedRole = Literal["center", "supervisor", "tenderer", "purchaser", "agent", "other"]
Text = Annotated[str, Meta(min_length=1)]
# The last digit before the padding carries unused bits, which are zero in canonical base64.
Key32 = Annotated[str, Meta(pattern=r"^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=\Z")]
Signature64 = Annotated[str, Meta(pattern=r"^[A-Za-z0-9+/]{85}[AQgw]==\Z")]
CODE = "[a-z][a-z-]*"
Code = Annotated[str, Meta(pattern=rf"^{CODE}\Z")]
Natural = Annotated[int, Meta(ge=0)]
Positive = Annotated[int, Meta(ge=1)]
Size = Annotated[int, Meta(ge=1, le=SIZE_MAX)]


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that is written exactly so."""


class Pool(Part, frozen=True):
    """The pool as the seal saw it."""

    as_of: Natural  # log size
    excluded: Hex32


class Stratum(Part, frozen=True):
    """So many seats from one specialty and region."""

    id: Text  # "<specialty>@<region>"
    seats: Size
    size: Size  # experts in the roster
    root: Hex32

    def __post_init__(self) -> None:
        if self.seats > self.size:
            raise ValueError("a stratum has more seats than experts")


class Contributor(Part, frozen=True):
    """A party whose nonce enters."""

    party: Text
    key: Key32
    commitment: Hex32


class Round(Part, frozen=True):
    """The round of public randomness that will be waited for."""

    chain: Hex32
    round: Positive


class Request(Part, frozen=True):
    """Everything that the seal fixes (draw.md, step 3)."""

    protocol: str
    origin: Text
    draw: Text
    of: Text | None
    subject: Text
    purpose: Code
    attempt: Positive
    rulebook: Text
    secret: Hex32
    pool: Pool
    strata: Annotated[list[Stratum], Meta(min_length=1)]
    caps: dict[Text, Positive]
    contributors: list[Contributor]
    beacon: Round | None
    vrf_key: Hex32
    reveal_by: str

    def __post_init__(self) -> None:
        if self.protocol != PROTOCOL:
            raise ValueError("another protocol")
        if len({stratum.id for stratum in self.strata}) != len(self.strata):
            raise ValueError("two strata have one id")
        from_text(self.reveal_by)


class Reveal(Part, frozen=True):
    """A contributor's nonce, or the place where it is missing."""

    party: Text
    nonce: Hex32 | None
    signature: Signature64 | None


class BeaconValue(Part, frozen=True):
    """The round that came; no signature where the draw was closed before it."""

    chain: Hex32
    round: Positive
    signature: HexPoint | None


class VrfResult(Part, frozen=True):
    """The center's proof; pi and beta are null where it never came."""

    alpha: Hex32
    pi: Hex80 | None
    beta: Hex64 | None


class WalkLine(Part, frozen=True):
    """A line of the walk with the place of its commitment in the roster's tree."""

    stratum: Natural
    position: Natural
    commitment: Hex32
    outcomes: list[str]
    inclusion: list[Hex32]


class OpenedPart(Part, frozen=True):
    """A part that is shown."""

    salt: Hex32
    value: dict[str, str | list[str]]


class ClosedPart(Part, frozen=True):
    """A part of which only the digest is shown."""

    digest: Hex32


class Opening(Part, frozen=True):
    """What is shown of one expert."""

    commitment: Hex32
    identity: dict[str, Any]  # an OpenedPart or a ClosedPart
    attributes: dict[str, Any]

    def __post_init__(self) -> None:
        self.parts()

    def parts(self) -> tuple[OpenedPart | ClosedPart, OpenedPart | ClosedPart]:
        """Return identity and attributes, read."""
        return _read_part(self.identity), _read_part(self.attributes)


class LoggedEntry(Part, frozen=True):
    """An entry of the log with its inclusion path under the bundle's checkpoint."""

    kind: Text
    index: Natural
    leaf: str  # base64 of the entry bytes
    inclusion: list[Hex32]

    def __post_init__(self) -> None:
        if len(unbase64(self.leaf)) > ENTRY_BYTES_MAX:
            raise ValueError("an entry is longer than any")


class EarlyProofs(Part, frozen=True):
    """Proofs whose checkpoints were cosigned before the beacon's round."""

    sealed: Text
    revealed: Text


class LogPart(Part, frozen=True):
    """What the log says, and under which checkpoint."""

    checkpoint: Text
    early: EarlyProofs | None
    entries: list[LoggedEntry]


class Earlier(Part, frozen=True):
    """An attempt that was closed, as far as it got."""

    request: Request | None
    reveals: list[Reveal]
    beacon: BeaconValue | None
    vrf: VrfResult | None
    walk: list[WalkLine]
    draw: Text | msgspec.UnsetType = msgspec.UNSET  # exactly where it was closed before the seal

    def __post_init__(self) -> None:
        if (self.request is None) != isinstance(self.draw, str):
            raise ValueError("an attempt is named by its request, or by `draw` where there is none")
        got = self.reveals or self.beacon or self.vrf or self.walk
        if self.request is None and got:
            raise ValueError("an attempt closed before the seal has neither inputs nor result")

    def draw_id(self) -> str:
        """Return the attempt's draw id."""
        if self.request is not None:
            return self.request.draw
        assert isinstance(self.draw, str)
        return self.draw


class Bundle(Part, frozen=True):
    """A draw's whole record."""

    protocol: str
    request: Request
    parent: "Bundle | None"
    earlier: list[Earlier]
    reveals: list[Reveal]
    beacon: BeaconValue | None
    vrf: VrfResult | None
    walk: list[WalkLine]
    openings: list[Opening]
    log: LogPart

    def __post_init__(self) -> None:
        if self.protocol != PROTOCOL:
            raise ValueError("another protocol")


class Witnesses(Part, frozen=True):
    """Who cosigns, and how many must."""

    quorum: Natural
    keys: list[Text]


class TrustedParty(Part, frozen=True):
    """A party that the verifier knows."""

    name: str
    role: TrustedRole
    keys: list[Key32]


class TrustedBeacon(Part, frozen=True):
    """A chain of public randomness that the verifier pins."""

    public_key: Text
    scheme: Text
    period: Positive  # seconds
    genesis: Natural  # POSIX seconds of round 1


class TrustedEdition(Part, frozen=True):
    """The figures of one edition of the rulebook."""

    vrf_lead_hours: Natural
    round_lead_minutes: Natural
    attempts_max: Positive
    roster_multiple: Positive
    must_contribute: list[TrustedRole]
    demo: Literal[True] | msgspec.UnsetType = msgspec.UNSET  # never stands as false


class Trust(Part, frozen=True):
    """Whom and what the verifier trusts; from his own hands, never from the bundle."""

    log_keys: list[Text]
    witnesses: Witnesses
    center: Text
    parties: dict[Text, TrustedParty]
    beacons: dict[Hex32, TrustedBeacon]
    editions: dict[Text, TrustedEdition]

    def keys_of_log(self, origin: str) -> list[VerifierKey]:
        """Return the trusted keys of one log: type 01, under its own name.

        Raises:
            ProofRejected: a text is no verifier key.
        """
        return [key for key in read_vkeys(self.log_keys, ED25519) if key.name == origin]

    def keys_of_witnesses(self) -> list[VerifierKey]:
        """Return the trusted keys of witnesses: type 04; raises as `keys_of_log`."""
        return read_vkeys(self.witnesses.keys, COSIGNATURE_ED25519)


class AuditedExpert(Part, frozen=True):
    """One roster entry in clear."""

    expert: Text
    name: str
    employer: str
    region: str
    specialties: list[Text]


class Exclusions(Part, frozen=True):
    """Who matched and was left out, each with the coded ground."""

    salt: Hex32
    list: list[list[str]]  # expert id and ground code, ascending


class AuditorFile(Part, frozen=True):
    """The draw's secret, its rosters in clear and its exclusions: for the auditor alone."""

    secret: Hex32
    entries: list[list[AuditedExpert]]  # per stratum, in roster order
    excluded: Exclusions


class UnusableError(Exception):
    """The input is no UTF-8 JSON; there is nothing to judge."""


Shape = TypeVar("Shape", bound=Part)


def read(data: bytes, shape: type[Shape]) -> Shape:
    """Return `data` read as one of the files above.

    Raises:
        UnusableError: not UTF-8, or not JSON.
        ProofRejected: JSON of another shape.
    """
    require_json(data)
    try:
        return msgspec.convert(parse_strict(data), shape)
    except NotCanonical as error:
        raise ProofRejected(str(error)) from None
    except msgspec.ValidationError as error:
        raise ProofRejected(_without_values(error)) from None


def require_json(data: bytes) -> None:
    """Raise UnusableError unless `data` is UTF-8 JSON, ProofRejected if it is nested too deep."""

    def refuse(constant: str) -> NoReturn:
        raise ValueError(constant)

    try:
        json.loads(data.decode("utf-8"), parse_int=len, parse_constant=refuse)
    except RecursionError:
        raise ProofRejected("nested too deep") from None
    except ValueError:
        raise UnusableError("not UTF-8 JSON") from None


def is_code(text: str) -> bool:
    """Tell whether `text` is a code: [a-z][a-z-]*."""
    return re.fullmatch(CODE, text) is not None


def request_digest(request: Request) -> bytes:
    """Return R = L("request", canon(request)), 32 bytes."""
    return labelled("request", canonical(request))


def _without_values(error: msgspec.ValidationError) -> str:
    """Return msgspec's message: it names types and the path, never a value of the file."""
    return str(error).replace("`", "")


def _read_part(value: dict[str, Any]) -> OpenedPart | ClosedPart:
    try:
        if "digest" in value:
            return msgspec.convert(value, ClosedPart)
        return msgspec.convert(value, OpenedPart)
    except msgspec.ValidationError as error:
        raise ValueError(_without_values(error)) from None
