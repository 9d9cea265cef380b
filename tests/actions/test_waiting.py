"""What callers hear who wait, in their language, and how they are sent away: with a word, and with what is possible."""

import pytest
from routing_world import NOON, after, agent, queue, waiting

from fanal.cases.models import Case
from fanal.intake import waiting as what
from fanal.interactions.models import EndReason, Interaction
from fanal.routing import actions
from fanal.routing.models import EntryState
from tests.actions.test_closing import AFTER, until_six

pytestmark = pytest.mark.django_db(transaction=True)


def texts(heard):
    return [one.text for one in heard.says]


def call(line, *, language="en", now=NOON):
    entry = waiting(line, now=now, channel="voice")
    Interaction.objects.filter(pk=entry.interaction_id).update(language=language)
    return entry


def heard(entry, seconds, last=None):
    return what.hear(interaction=entry.interaction_id, last=last, now=after(seconds))


def test_the_place_the_comfort_and_the_offer_are_heard_and_a_wait_that_nobody_knows_is_not():
    agent()
    line = queue(comfort={"en": "Our shop is open all night."}, callback_key="1")
    call(line)
    entry = call(line, now=after(1))
    assert heard(entry, 20) is None
    assert texts(heard(entry, 21)) == [
        "You are number 2 in line.",
        "Our shop is open all night.",
        "If you would like us to call you, press 1.",
    ]


def test_each_caller_hears_it_in_their_own_language():
    agent()
    entry = call(queue(), language="fr")
    (next_one,) = heard(entry, 20).says
    assert (next_one.language, next_one.text) == ("fr", "Vous êtes le prochain appel.")


def test_who_chooses_to_be_called_waits_no_more_and_their_matter_is_kept():
    entry = call(queue(callback_key="1"))
    assert what.key_of(entry.interaction_id, now=NOON) == "1"
    what.choose_callback(interaction=entry.interaction_id, now=after(30))
    entry.refresh_from_db()
    assert entry.state == EntryState.WITHDRAWN
    assert Case.objects.count() == 1
    assert Interaction.objects.get().end_reason == EndReason.CALLBACK


def test_a_closed_queue_says_so_and_when_it_opens_and_the_line_ends_only_then():
    entry = call(queue(calendar=until_six()), now=AFTER)
    assert (entry.state, entry.interaction.ended_at) == (EntryState.CLOSED, None)
    said = texts(what.parting_of(entry.interaction_id, now=AFTER))
    assert said[0] == "We are closed now."
    assert said[1].startswith("We open again: ")
    what.say_goodbye(interaction=entry.interaction_id, wished=False, now=after(40))
    assert Interaction.objects.get().end_reason == EndReason.CLOSED


def test_who_hangs_up_while_they_hear_that_we_are_closed_came_out_of_hours():
    entry = call(queue(calendar=until_six()), now=AFTER)
    actions.abandon(interaction=entry.interaction, now=AFTER)
    assert Interaction.objects.get().end_reason == EndReason.CLOSED


def test_where_nobody_is_signed_in_who_could_answer_they_are_told():
    entry = call(queue())
    assert heard(entry, 20) is None
    assert texts(what.parting_of(entry.interaction_id, now=after(20)))[0].startswith("We are sorry")


def test_whoever_has_waited_for_as_long_as_the_queue_allows_is_told():
    agent()
    entry = call(queue(call_waits_at_most_seconds=120))
    assert heard(entry, 119)
    assert heard(entry, 120) is None
    entry.refresh_from_db()
    assert entry.state == EntryState.CLOSED
    assert what.parting_of(entry.interaction_id, now=after(120))
