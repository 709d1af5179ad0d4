"""What travels over HTTP about witness policies."""

from typing import Annotated

import msgspec
from msgspec import Meta

from oversight.ledger.policy import POLICY_BYTES_MAX


class PolicyOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A policy that is to be adopted."""

    policy: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=POLICY_BYTES_MAX,
            description="The text (C2SP tlog-policy): log, witness, group and quorum lines.",
        ),
    ]


class PolicyReceipt(msgspec.Struct, frozen=True):
    """The act that adopted it."""

    act: str


class PolicyView(msgspec.Struct, frozen=True):
    """A policy on the log, and whether it judges checkpoints yet."""

    index: Annotated[int, Meta(description="Of its entry.")]
    at: Annotated[int, Meta(description="POSIX second of its entry.")]
    policy: str
    witnesses: Annotated[int, Meta(description="How many it names.")]
    least: Annotated[int, Meta(description="Fewest cosignatures that reach its quorum.")]
    weaker: Annotated[
        bool,
        Meta(
            description="Makes cheating cheaper than the policy that judges before it does: an "
            "alert, and it waits 24 hours."
        ),
    ]
    above: Annotated[
        int | None,
        Meta(description="It judges checkpoints larger than this size; null: not in effect."),
    ]


class PolicyHistory(msgspec.Struct, frozen=True):
    """All policies on the log, oldest first."""

    policies: list[PolicyView]
    unwitnessed: Annotated[
        bool, Meta(description="No policy with a quorum judges the newest checkpoint.")
    ]
