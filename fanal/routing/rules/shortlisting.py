"""What an agent who came free chooses from: of all that waits, those in front who can be among the best."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import merge
from itertools import islice

from fanal.routing.rules.assigning import SHOWN, EntryRank, entry_rank
from fanal.routing.rules.fitting import Fitter
from fanal.routing.rules.state import EntryFacts, QueueFacts


@dataclass(kw_only=True)
class Line:
    """The head of what waits in one queue at one priority, in the order of position.

    `last` stands at the end of the head, `whole` when nobody stands behind them. Who is taken leaves `entries`.
    """

    queue: int
    entries: list[EntryFacts]
    last: EntryFacts
    whole: bool

    @cached_property
    def in_order(self) -> bool:
        """Whether everybody stands where their wait puts them, so that the first is the best."""
        return not [1 for entry in self.entries if entry.position_at != entry.entered_at]


def shortlist(
    fitter: Fitter, lines: Iterable[Line], queues: Mapping[int, QueueFacts]
) -> tuple[Sequence[EntryFacts], Sequence[Line]]:
    """The entries to decide about, and the lines in which nobody fits.

    `assign` makes the same choice from them, for the same reason and with the same best five, as from whole lines.
    Entries that do not fit are in it as far as they stood before one that does.
    """
    looked_at: list[EntryFacts] = []
    without: list[Line] = []
    agent, now = fitter.agent.profile.id, fitter.now

    def rank(entry: EntryFacts) -> EntryRank:
        return entry_rank(entry, queues[entry.queue], agent, now)

    def fitting(line: Line) -> Iterator[EntryFacts]:
        queue, nobody = queues[line.queue], True
        for entry in line.entries:
            looked_at.append(entry)
            if not fitter.fits(entry, queue):
                nobody = False
                yield entry
        if nobody:
            without.append(line)

    def from_the_best(line: Line) -> Iterable[EntryFacts]:
        return fitting(line) if line.in_order else sorted(fitting(line), key=rank)

    for _ in islice(merge(*map(from_the_best, lines), key=rank), SHOWN):
        pass
    return looked_at, without
