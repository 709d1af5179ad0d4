"""Who comes to the door at which draws are closed. Pure.

Which of the two closings a person may take part in, and whose signature counts, is decided
inside: by the permissions of the draw and by the rules of its closing.
"""

from bidding.draw.rules import LAPSE_DRAW, VOID_DRAW
from oversight.authority.rules import Permission

assert LAPSE_DRAW.roles is not None and VOID_DRAW.roles is not None  # noqa: PT018

CLOSE_DRAW = Permission(
    "bidding.draw.close",
    LAPSE_DRAW.posts | VOID_DRAW.posts,
    LAPSE_DRAW.roles | VOID_DRAW.roles,
    "关闭抽取",
    "Close a draw without a result",
)
