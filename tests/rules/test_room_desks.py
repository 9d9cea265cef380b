"""On a desk of the room: whoever comes in is taken before what is to be done for those who were."""

from fanal.channels.asterisk.wire import Kept
from fanal.intake.voice.desks import Desk
from fanal.intake.voice.work import Steer


def test_who_comes_in_comes_first_and_each_kind_stays_in_its_order() -> None:
    desk = Desk()
    said = [Kept(key=str(n), line="a", body={"args": ["in"] if n in (1, 3) else []}) for n in range(4)]
    for one in said:
        desk.put(one)
    assert [desk.get() for _ in said] == [said[1], said[3], said[0], said[2]]
    desk.put(Steer(interaction=1))
    desk.put(Steer(interaction=2, begins=True))
    assert [desk.get(), desk.get()] == [Steer(interaction=2, begins=True), Steer(interaction=1)]
    assert desk.empty()


def test_what_lies_there_is_done_before_the_day_ends() -> None:
    desk = Desk()
    desk.put(Steer(interaction=1))
    desk.close()
    assert [desk.get(), desk.get()] == [Steer(interaction=1), None]
