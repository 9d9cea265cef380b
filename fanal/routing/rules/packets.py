"""What a packet must say when a person hands a matter to another line."""

from dataclasses import dataclass

LONGEST_TEXT = 4000


@dataclass(frozen=True, kw_only=True)
class Packet:
    """What goes along: what it is about, what was tried, what is expected of the next line."""

    summary: str
    tried: str = ""
    expected: str = ""

    def tidy(self) -> "Packet":
        return Packet(summary=tidied(self.summary), tried=tidied(self.tried), expected=tidied(self.expected))


def tidied(text: str) -> str:
    return text.replace("\x00", "").strip()


def is_whole(packet: Packet) -> bool:
    """Nobody is sent to the next line with half of it."""
    return all((packet.summary, packet.tried, packet.expected))


def is_too_long(packet: Packet) -> bool:
    return max(map(len, (packet.summary, packet.tried, packet.expected))) > LONGEST_TEXT
