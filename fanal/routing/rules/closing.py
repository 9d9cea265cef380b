"""What becomes of work that still waits when its queue closes or is switched off."""

from enum import StrEnum


class AtClosing(StrEnum):
    """What a queue wishes for those who still wait when it closes."""

    FINISH = "finish"
    HAND_ON = "hand_on"
    TELL = "tell"


class Closing(StrEnum):
    """What is done with one waiting entry."""

    STAYS = "stays"
    HANDED_ON = "handed_on"
    TOLD = "told"


def rests(*, wish: str, can_lie: bool, is_open: bool, named: bool) -> bool:
    """Whether waiting work is not offered now, though somebody is free: it lies until its queue opens again.

    `named`: a person gave it to one colleague; that holds at any hour.
    """
    return can_lie and not is_open and not named and wish != AtClosing.FINISH


def close(*, wish: str, can_lie: bool, for_good: bool, somebody_left: bool, other_open: bool) -> Closing:
    """What to do with one waiting entry of a queue that is not open.

    `can_lie`: nobody sits and waits on it. `for_good`: the queue is switched off. `somebody_left`: an agent who may
    answer it is still signed in. `other_open`: there is an open queue to hand it on to.
    """
    if can_lie and not for_good:
        return Closing.STAYS  # it lies until the queue opens again
    if wish == AtClosing.FINISH and somebody_left:
        return Closing.STAYS
    return Closing.HANDED_ON if other_open and (can_lie or wish != AtClosing.TELL) else Closing.TOLD
