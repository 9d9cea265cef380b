"""What each line of a case's history is called."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PLAIN: dict[str, str | Promise] = {
    "reopened": gettext_lazy("Reopened"),
    "withdrawn": gettext_lazy("Taken back: not this"),
    "note": gettext_lazy("Note"),
    "split": gettext_lazy("Part of it split off"),
    "joined": gettext_lazy("Put below a problem"),
    "left": gettext_lazy("Taken out from below a problem"),
    "gained": gettext_lazy("A case was put below this problem"),
    "lost": gettext_lazy("A case was taken out from below this problem"),
    "follows": gettext_lazy("It follows a case that was settled"),
    "followed_by": gettext_lazy("The customer wrote again: a new case follows it"),
    "no_answer": gettext_lazy("Nobody answered our mail in time"),
    "answered_all": gettext_lazy("One answer was sent to all"),
    "answer_taken_back": gettext_lazy("The answer to all was taken back before it went out"),
    "merged": gettext_lazy("Became part of another case"),
    "unmerged": gettext_lazy("A case of its own again"),
    "absorbed": gettext_lazy("Another case became part of it"),
    "released": gettext_lazy("A part of it is a case of its own again"),
    "split_taken_back": gettext_lazy("The split was taken back"),
    "waits": gettext_lazy("Waits for another case"),
    "waits_no_longer": gettext_lazy("No longer waits for another case"),
    "reminder_set": gettext_lazy("Reminder set"),
    "reminder_rang": gettext_lazy("The reminder rang"),
    "reminder_ended": gettext_lazy("Reminder ended"),
    "changed": gettext_lazy("Changed"),
}
OPENED: dict[str, str | Promise] = {
    "rule": gettext_lazy("The case made itself"),
    "split": gettext_lazy("Split off from another case"),
    "customer": gettext_lazy("Opened by the customer"),
}
ANSWERED: dict[str, str | Promise] = {
    "done": gettext_lazy("Done by the back office: %(action)s"),
    "refused": gettext_lazy("Not done by the back office: %(action)s"),
    "unknown": gettext_lazy("Not known whether the back office did it: %(action)s"),
    "sending": gettext_lazy("The back office is asked again: %(action)s"),
}
BY_ITSELF = frozenset({"changed", "opened", "queued"})
"""Lines that say so when nobody did it."""


def title(
    kind: str, *, text: str = "", origin: str = "", why: str = "", first: bool = False, at_once: bool = False
) -> str:
    """`text`: the channel, action, queue, promise or step that the line is about. `first`: what the case began with."""
    match kind:
        case "interaction":
            return _("It began: %(channel)s") % {"channel": text} if first else text
        case "opened":
            return str(OPENED.get(origin) or _("Case opened"))
        case "settled":
            return _("Settled at once") if at_once else _("Settled")
        case "action":
            return text
        case "answered":
            return str(ANSWERED.get(why) or ANSWERED["sending"]) % {"action": text}
        case "not_this":
            return _("Not this: %(action)s") % {"action": text}
        case "queued" if why == "follow_up":
            return _("Nobody could answer before closing: it waits in the queue %(queue)s") % {"queue": text}
        case "queued":
            return _("Put into the queue %(queue)s") % {"queue": text}
        case "left_queue" if why == "answered":
            return _("Taken from the queue %(queue)s") % {"queue": text}
        case "left_queue" if why in ("closed", "switched_off"):
            return _("The queue %(queue)s closed") % {"queue": text}
        case "left_queue":
            return _("Out of the queue %(queue)s") % {"queue": text}
        case "step_added":
            return _("Step added: %(step)s") % {"step": text}
        case "step_done":
            return _("Done: %(step)s") % {"step": text}
        case "step_undone":
            return _("Not done after all: %(step)s") % {"step": text}
        case "at_risk":
            return _("At risk: %(promise)s") % {"promise": text}
        case "missed":
            return _("Missed: %(promise)s") % {"promise": text}
        case _:
            return str(PLAIN.get(kind) or PLAIN["changed"])
