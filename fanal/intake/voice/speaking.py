"""What a flow says, as files that the exchange can play."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from fanal.language.speech import say
from fanal.scenarios.rules.flows import Said


@dataclass(frozen=True, kw_only=True)
class Voice:
    """`folder`: where the sounds lie; `seen_as`: the same folder as the exchange, on this machine, sees it."""

    folder: Path
    seen_as: PurePosixPath

    def __call__(self, said: Sequence[Said]) -> list[str]:
        return list(self._media(said))

    def _media(self, said: Sequence[Said]) -> Iterator[str]:
        """What cannot be said is left out: the caller can key all the same."""
        for one in said:
            path = say(one.text, one.language, recording=one.name, passing=not one.name, folder=self.folder)
            if path:
                yield f"sound:{self.seen_as / path.relative_to(self.folder).with_suffix('')}"


def silence(said: Sequence[Said]) -> list[str]:
    """Of an exchange on another machine, which does not see our files."""
    return []
