"""The only way out by HTTP: to addresses that were looked at first, for as long and as much as we allow."""

from fanal.outside.asking import Asked, NoAnswer, NotAllowed, NotReached, Reply, ask

__all__ = ["Asked", "NoAnswer", "NotAllowed", "NotReached", "Reply", "ask"]
