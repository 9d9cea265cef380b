"""A small column chart, drawn on the server, each column labelled where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, HEAD, FOOT = 720, 150, 18, 18
SPARSE = 12
"""With more columns than this, only some are labelled, so that no label covers another."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column in the coordinates of the picture."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    label: str
    text: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    width: int
    height: int
    base: float
    columns: tuple[Column, ...]


def columns(points: Sequence[tuple[str, float | None, str]]) -> Chart | None:
    """A chart of (label, value, value in words); None when there is nothing to draw."""
    highest = max((value or 0 for _, value, _ in points), default=0)
    if len(points) < 2 or highest <= 0:
        return None
    step, base = WIDTH / len(points), HEIGHT - FOOT
    every = max(1, -(-len(points) // SPARSE))
    top = max(range(len(points)), key=lambda at: points[at][1] or 0)
    drawn = []
    for at, (label, value, words) in enumerate(points):
        height = (value or 0) / highest * (base - HEAD)
        drawn.append(
            Column(
                x=round(at * step + step * 0.14, 1),
                y=round(base - height, 1),
                width=round(step * 0.72, 1),
                height=round(height, 1),
                middle=round(at * step + step / 2, 1),
                label=label if at % every == 0 else "",
                text=words if every == 1 or at == top else "",
                title=f"{label}: {words}",
            )
        )
    return Chart(width=WIDTH, height=HEIGHT, base=base, columns=tuple(drawn))
