"""The codes of the case rules in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from fanal.cases.rules import NotPossible
from fanal.holdings.models import HoldingKind

SENTENCES: dict[str, str | Promise] = {
    "withdrawn": _("This case was taken back. It can no longer be changed; open a new one."),
    "settled": _("The case is settled. Reopen it first."),
    "not_made_by_itself": _("Only a case that made itself can be taken back. Settle this one instead."),
    "worked_on": _("Somebody has written a note on this case, so it stays. Settle it instead."),
    "in_other_interactions": _("Other contacts are about this case too, so it stays."),
    "subject_missing": _("Give the case a subject: what does the customer want settled?"),
    "subject_too_long": _("The subject is too long. Use at most 200 characters; the rest belongs in a note."),
    "reason_missing": _("Say why the case comes up again."),
    "reason_too_long": _("The reason is too long. Use at most 500 characters; the rest belongs in a note."),
    "note_missing": _("The note is empty. Write something, then save it."),
    "note_too_long": _("The note is too long. Split it in two."),
    "priority_unknown": _("Choose one of the priorities."),
    "owner_left": _("This person no longer works here. Choose somebody else."),
    "owner_practises": _("Practice cases go to people who practise, and real ones to the others."),
    "no_technician": _("Only people of a line that visits customers can be sent. Choose one of them."),
    "slot_backwards": _("The visit has to end after it begins."),
    "slot_too_long": _("A visit may take at most 16 hours. Plan a second one."),
    "slot_past": _("This time is over. Choose a later one."),
    "slot_taken": _("The technician is somewhere else at this time. Choose another time, or somebody else."),
    "address_missing": _("Say where to go."),
    "visit_over": _("This is over, or somebody has set out. Plan another visit."),
    "outcome_unknown": _("Choose what came of it."),
    "word_missing": _("Say in a word what happened."),
    "word_too_long": _("The text is too long. Use at most 4,000 characters."),
    "owns_it": _("The case is theirs already."),
    "follower_sees_not": _("This person may not see the case. Give it to their team first, or tell them yourself."),
    "problem_unknown": _("There is no case with this number, or it is not yours to see."),
    "below_itself": _("A case cannot be the problem behind itself."),
    "problem_settled": _("This problem is settled. Reopen it first, or choose another one."),
    "problem_practises": _("Practice cases and real ones cannot have the same problem."),
    "problem_is_below": _("This case is below a problem itself. Choose the problem above it."),
    "is_a_problem": _("Other cases are below this one. Take them out first, or put them below the other problem."),
    "has_a_problem": _("The case is below another problem already. Take it out there first."),
    "value_unknown": _("Cases of this type have no field “%(names)s”."),
    "value_wrong": _("“%(names)s” is answered with yes or no."),
    "value_no_number": _("“%(names)s” needs a number."),
    "value_no_date": _("“%(names)s” needs a date."),
    "value_not_offered": _("“%(names)s” takes one of the choices that are offered."),
    "value_too_long": _("“%(names)s” is too long. Use at most 1,000 characters; the rest belongs in a note."),
    "missing_to_open": _("A case of this type needs: %(names)s."),
    "missing_to_settle": _("Before the case is settled it still needs: %(names)s."),
    "step_missing": _("Say what the step is."),
    "too_many_steps": _("The case has a hundred steps already. Open another case for the rest."),
    "missing_below": _("Cases below it still need something: %(names)s. Leave them out, or add it there first."),
    "step_too_long": _("The step is too long. Use at most 200 characters."),
    "merged": _("This case is part of another one now. Work on it there, or take the merge back first."),
    "merged_into_itself": _("This is the same case, or it is part of it already."),
    "merged_already": _("The case is part of another one already. Take that back first."),
    "merged_into_settled": _("The other case is settled. Reopen it first, so that nothing open is hidden in it."),
    "problem_stays": _("Other cases are below this one. Take them out first, or merge the other one into it."),
    "merge_other_way": _("The other case has no customer. Merge it into this one instead."),
    "other_customer": _("The two cases are of different customers. Put both below a problem instead."),
    "part_worked_on": _("Somebody has worked on it since it was split off. Merge it into the first case instead."),
    "none_chosen": _("Choose the cases first."),
    "too_many_chosen": _("At most 5,000 cases at once. Narrow them down with the filters."),
    "undo_over": _("This cannot be taken back as a whole any more."),
    "settled_already": _("Settled already"),
    "stands_already": _("Stands so already"),
    "waits_already": _("Waits in a queue already"),
    "queue_practises": _("Practice cases and real ones wait in different queues"),
    "not_seen": _("No longer yours to see"),
    "waits_in_a_circle": _("The other case waits for this one already, directly or through others."),
    "waits_settled": _("One of the two is settled, so there is nothing to wait for."),
    "reminder_past": _("Choose a moment that is still to come, within ten years."),
    "too_many_reminders": _("Fifty reminders wait on this case already. End some first."),
    "view_name_missing": _("Give the view a name."),
    "view_name_taken": _("You have a view of this name already."),
    "view_too_long": _("The name is too long. Use at most 60 characters."),
    "view_not_shared": _("Your role may not share views with everybody."),
    "view_no_team": _("You are in no team to share it with."),
    "customer_practises": _("Practice and real contacts cannot be mixed in one case."),
}


def sentence(problem: NotPossible) -> str:
    """What stands against it and what to do."""
    said = str(SENTENCES.get(problem.code, _("This cannot be done with the case now.")))
    return said % {"names": ", ".join(problem.names)} if problem.names else said


LIKENESSES: dict[str, str | Promise] = {
    "same_product": _("The same product"),
    "same_category": _("The same category"),
    "same_type": _("The same type"),
    "same_hour": _("Opened within an hour of it"),
    "same_day": _("Opened within a day of it"),
}


def likeness(reason: Mapping[str, Any]) -> str:
    """One reason why two cases are alike."""
    match str(reason["code"]), int(reason.get("count", 0)):
        case "rare_words", count:
            return ngettext("%(count)d rare word in common", "%(count)d rare words in common", count) % {"count": count}
        case "words", count:
            return ngettext("%(count)d word in common", "%(count)d words in common", count) % {"count": count}
        case "same_kind", _count:
            return str(SAME_KIND[HoldingKind(reason["kind"])])
        case code, _count:
            return str(LIKENESSES.get(code, code))


SAME_KIND: dict[HoldingKind, str | Promise] = {
    HoldingKind.ACCOUNT: _("About an account too"),
    HoldingKind.CARD: _("About a card too"),
    HoldingKind.CONTRACT: _("About a contract too"),
    HoldingKind.DEVICE: _("About a device too"),
}
