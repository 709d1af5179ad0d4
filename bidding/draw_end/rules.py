"""Who comes to the door at which draws are closed, and whose identities are still to open. Pure.

Which of the two closings a person may take part in, and whose signature counts, is decided
inside: by the permissions of the draw and by the rules of its closing.
"""

from bidding.bundle.rules import OPEN_PURPOSES
from bidding.draw.rules import LAPSE_DRAW, VOID_DRAW
from oversight.authority.rules import Permission
from oversight.errors import Rule, RuleBroken

OPENED_ONCE = Rule(
    "draw_end.opened_once",
    "Identities are opened once; items with public labels are open from the seal on.",
    "design: draw.md#Other purposes, same engine",
)

assert LAPSE_DRAW.roles is not None and VOID_DRAW.roles is not None  # noqa: PT018

CLOSE_DRAW = Permission(
    "bidding.draw.close",
    LAPSE_DRAW.posts | VOID_DRAW.posts,
    LAPSE_DRAW.roles | VOID_DRAW.roles,
    "关闭抽取",
    "Close a draw without a result",
)


def check_closed_yet(purpose: str) -> None:
    """Return only if something is left to open.

    Raises:
        RuleBroken: OPENED_ONCE.
    """
    if purpose in OPEN_PURPOSES:
        raise RuleBroken(OPENED_ONCE, needed="nothing: the seal opened all items", purpose=purpose)
