"""Charts as SVG text: no library, no script, no font but the reader's own. Pure.

Every chart says in a title and a description what it shows, for those who do not see it.
"""

import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

import msgspec

WIDTH, HEIGHT = 720, 440
LEFT, RIGHT, TOP, BOTTOM = 72, 24, 84, 74  # margins, in pixels
FONT: Final = "system-ui, 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
INK, PALE, BLUE, RED = "#1d2b36", "#d5dbe0", "#2f6f9f", "#b3402a"
BAR_HEIGHT = 20
TICKS = 5
NAME_CHARACTERS = 18  # of a bar's name; the rest stands in its tooltip

Point = tuple[float, float]


class Label(msgspec.Struct, frozen=True):
    """A text in both languages."""

    zh: str
    en: str

    @property
    def both(self) -> str:
        """The two, side by side."""
        return f"{self.zh} {self.en}"


class Captions(msgspec.Struct, frozen=True):
    """What a chart says in words."""

    title: Label
    across: Label  # of the horizontal axis
    upward: Label  # of the vertical axis
    note: Label  # how to read it


class Scale(msgspec.Struct, frozen=True):
    """Values from `low` to `high` laid out on pixels from `start` to `stop`."""

    low: float
    high: float
    start: float
    stop: float

    def at(self, value: float) -> float:
        """Return the pixel of a value."""
        share = (value - self.low) / ((self.high - self.low) or 1)
        return round(self.start + share * (self.stop - self.start), 1)


def histogram(words: Captions, edges: Sequence[float], counts: Sequence[float],
              curve: Sequence[Point]) -> str:  # fmt: skip
    """Return counts between consecutive edges as columns, and what was expected as a curve."""
    assert len(edges) == len(counts) + 1, "a column stands between two edges"
    top = max([*counts, *(height for _, height in curve)], default=1)
    x, y = _scales((edges[0], edges[-1]), (0, top))
    columns = [
        f'<rect x="{x.at(low)}" y="{y.at(count)}" width="{max(0.5, x.at(high) - x.at(low) - 1)}"'
        f' height="{max(0.0, y.at(0) - y.at(count))}" fill="{BLUE}"/>'
        for low, high, count in zip(edges, edges[1:], counts, strict=False)
    ]
    return _page(words, [*_axes(x, y), *columns, _line(x, y, curve)], HEIGHT)


def quantiles(words: Captions, points: Sequence[Point]) -> str:
    """Return (expected, found) as dots about the line on which both are equal."""
    every = [value for point in points for value in point]
    low, high = min(every, default=-1), max(every, default=1)
    x, y = _scales((low, high), (low, high))
    dots = [
        f'<circle cx="{x.at(one)}" cy="{y.at(other)}" r="2.4" fill="{BLUE}"/>'
        for one, other in points
    ]
    return _page(words, [*_axes(x, y), _line(x, y, [(low, low), (high, high)]), *dots], HEIGHT)


def bars(words: Captions, rows: Sequence[tuple[str, float]], expected: float) -> str:
    """Return one bar for each (name, value), and a line at the expected value."""
    bottom = TOP + BAR_HEIGHT * max(1, len(rows))
    left = LEFT + 150
    top = max([expected, *(value for _, value in rows)]) or 1
    x = Scale(0, top * 1.05, left, WIDTH - RIGHT)
    drawn = [_bar(x, TOP + BAR_HEIGHT * place, *row) for place, row in enumerate(rows)]
    mark = (
        f'<path d="M{x.at(expected)} {TOP} V{bottom}" stroke="{RED}" stroke-width="2"'
        ' stroke-dasharray="6 3"/>'
    )
    return _page(words, [*_ticks_across(x, bottom), *drawn, mark], bottom + BOTTOM)


def _bar(x: Scale, top: float, name: str, value: float) -> str:
    shown = name if len(name) <= NAME_CHARACTERS else name[: NAME_CHARACTERS - 1] + "…"
    return (
        f"<g><title>{escape(name)}: {value:.3g}</title>"
        f'<rect x="{x.start}" y="{top + 3}" width="{max(0.0, x.at(value) - x.start):.1f}"'
        f' height="{BAR_HEIGHT - 6}" fill="{BLUE}"/>'
        f"{_text(x.start - 6, top + 14, shown, size=12, anchor='end')}</g>"
    )


def _scales(across: Point, upward: Point) -> tuple[Scale, Scale]:
    return (
        Scale(*across, LEFT, WIDTH - RIGHT),
        Scale(upward[0], upward[1], HEIGHT - BOTTOM, TOP),
    )


def _axes(x: Scale, y: Scale) -> Iterable[str]:
    yield from _ticks_across(x, HEIGHT - BOTTOM)
    for value in _ticks(y):
        yield f'<path d="M{LEFT} {y.at(value)} H{WIDTH - RIGHT}" stroke="{PALE}"/>'
        yield _text(LEFT - 6, y.at(value) + 4, f"{value:.4g}", size=12, anchor="end")


def _ticks_across(x: Scale, bottom: float) -> Iterable[str]:
    for value in _ticks(x):
        yield f'<path d="M{x.at(value)} {TOP} V{bottom}" stroke="{PALE}"/>'
        yield _text(x.at(value), bottom + 18, f"{value:.4g}", size=12, anchor="middle")


def _ticks(scale: Scale) -> list[float]:
    """Return round values within the scale: multiples of 1, 2 or 5 of a power of ten."""
    span = (scale.high - scale.low) or 1
    unit = 10.0 ** math.floor(math.log10(span / TICKS))
    step = next(unit * times for times in (1, 2, 5, 10) if unit * times * TICKS >= span)
    first, last = math.ceil(scale.low / step), math.floor(scale.high / step)
    return [step * number for number in range(first, last + 1)]


def _line(x: Scale, y: Scale, points: Sequence[Point]) -> str:
    path = " ".join(f"{x.at(one)},{y.at(other)}" for one, other in points)
    return f'<polyline points="{path}" fill="none" stroke="{RED}" stroke-width="2"/>'


def _text(x: float, y: float, words: str, *, size: int, anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{INK}">'
        f"{escape(words)}</text>"
    )


def _page(words: Captions, drawn: Iterable[str], height: float) -> str:
    middle = (WIDTH + LEFT - RIGHT) / 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}"'
        f' role="img" aria-labelledby="title note" font-family="{FONT}">',
        f'<title id="title">{escape(words.title.both)}</title>',
        f'<desc id="note">{escape(words.note.both)}</desc>',
        f'<rect width="{WIDTH}" height="{height:.0f}" fill="#ffffff"/>',
        *drawn,
        _text(LEFT - 48, 28, words.title.both, size=18),
        _text(LEFT - 48, 50, words.note.zh, size=12),
        _text(LEFT - 48, 68, words.note.en, size=12),
        _text(middle, height - 30, words.across.both, size=13, anchor="middle"),
        _text(LEFT - 48, height - 10, "↑ " + words.upward.both, size=13),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"
