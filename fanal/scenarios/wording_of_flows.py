"""Guided flows in words: what is wrong with one and what to do, its kinds of steps, and how a run of it ended."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fanal.scenarios.rules.flows import Ended, Finding, LeavesMessage, ToQueue, Turn, WantsCallback
from fanal.scenarios.rules.flows.steps import Ask, Branch, Callback, Hours, Lookup, Queue, Step, Voicemail

FINDINGS: dict[str, str | Promise] = {
    "not_a_flow": gettext_lazy("This is no flow. Write languages, begins, otherwise and steps."),
    "languages_missing": gettext_lazy(
        "Say in which languages it speaks: a list such as en, fr. The first is the usual one."
    ),
    "steps_missing": gettext_lazy("Write the steps: a code each, with its kind and what it needs. At most %(most)s."),
    "code_unfit": gettext_lazy("Call a step by letters, figures, - and _ alone: at most 60."),
    "kind_unknown": gettext_lazy("There is no kind of step “%(what)s”. Use one of: %(known)s."),
    "field_missing": gettext_lazy("“%(place)s” is missing."),
    "field_unknown": gettext_lazy("“%(place)s” is not known here. Use one of: %(known)s."),
    "step_unknown": gettext_lazy("“%(place)s” leads to “%(to)s”, which is no step. There are: %(known)s."),
    "last_resort_goes_on": gettext_lazy(
        "The last resort (“otherwise”) is “%(to)s”, which goes on. Name a queue, an end, a voicemail or a callback."
    ),
    "not_a_text": gettext_lazy("“%(place)s” is no text, or a too long one."),
    "not_a_prompt": gettext_lazy("“%(place)s” is what is said: one text for each language, each at most 1000 letters."),
    "not_a_number": gettext_lazy("“%(place)s” is a number from %(least)s to %(most)s."),
    "not_a_flag": gettext_lazy("“%(place)s” is true or false."),
    "not_a_table": gettext_lazy("“%(place)s” is a table: each key with a text behind it."),
    "choice_unknown": gettext_lazy("“%(place)s” cannot be “%(what)s”. Use one of: %(known)s."),
    "language_unknown": gettext_lazy(
        "“%(place)s” names the language “%(language)s”, which the flow has not: %(known)s."
    ),
    "key_unfit": gettext_lazy("“%(key)s” under “%(place)s” cannot be pressed. Use 0 to 9, * and #."),
    "keys_clash": gettext_lazy("Whoever presses %(key)s may be about to press %(other)s. Let no key begin another."),
    "name_unfit": gettext_lazy("“%(what)s” is no name for what is gathered. Use letters, figures and underscores."),
    "lengths_unfit": gettext_lazy("The shortest (%(shortest)s) is longer than the longest (%(longest)s)."),
    "skills_unfit": gettext_lazy("“skills” is a table of skills, each with a level from 1 to 5."),
    "unreachable": gettext_lazy("No way leads here. Let another step lead to it, or take it out."),
    "never_ends": gettext_lazy(
        "From here no way ends the call. Let one lead to a queue, an end, a message or a callback."
    ),
    "runs_in_circle": gettext_lazy(
        "It goes round for ever without asking anything: %(steps)s. Put a question in, or end it."
    ),
    "silence_in_circle": gettext_lazy(
        "Whoever presses nothing goes round for ever: %(steps)s. Let one “otherwise” lead out of it."
    ),
    "no_prompt": gettext_lazy("“%(place)s” says nothing in the language “%(language)s”. Write it."),
    "ends_silently": gettext_lazy("It hangs up without a word. Say goodbye in “prompt”."),
    "queue_unknown": gettext_lazy("There is no queue “%(what)s”. There are: %(known)s."),
    "skill_unknown": gettext_lazy("There is no skill “%(what)s”. There are: %(known)s."),
    "calendar_unknown": gettext_lazy("There are no hours “%(what)s”. There are: %(known)s."),
    "lookup_unknown": gettext_lazy("“%(what)s” cannot be looked up. There are: %(known)s."),
    "branch_unknown": gettext_lazy("“%(what)s” never comes of this lookup. What can come of it: %(known)s."),
    "found_unanswered": gettext_lazy("Say where it goes on when it was found: “%(what)s” under “branches”."),
    "never_taken": gettext_lazy("Nothing that is keyed in can ever be right. Look at its lengths and limits."),
    "name_unknown": gettext_lazy(
        "“%(name)s” is never known in this flow. Ask for it or look it up, or correct the name."
    ),
    "name_not_sure": gettext_lazy(
        "“%(name)s” is said here, and there is a way here on which it is not known. Ask for it on every way."
    ),
    "not_asked_before": gettext_lazy(
        "The lookup needs “%(name)s”, and there is a way here on which it was not asked for."
    ),
    "secret_read_back": gettext_lazy("“%(name)s” is secret and would be read aloud. Take it out of what is said."),
    "secret_recorded": gettext_lazy("What is keyed in here is secret and would be recorded. Take “recorded” away."),
    "not_secret": gettext_lazy(
        "“%(name)s” would be kept as it is keyed in. Write secret: true, and for a card what: card."
    ),
}

KINDS: dict[str, str | Promise] = {
    "Say": gettext_lazy("Says"),
    "Menu": gettext_lazy("Menu"),
    "Ask": gettext_lazy("Asks for"),
    "Language": gettext_lazy("Choice of language"),
    "Hours": gettext_lazy("Opening hours"),
    "Lookup": gettext_lazy("Looks up"),
    "Branch": gettext_lazy("Goes on by"),
    "Queue": gettext_lazy("To people"),
    "End": gettext_lazy("Ends without anybody"),
    "Voicemail": gettext_lazy("Takes a message"),
    "Callback": gettext_lazy("Wish to be called back"),
}


def sentence(finding: Finding) -> str:
    """What is wrong and what to do, with where in front of it."""
    said = str(FINDINGS[finding.code]) % {**finding.values, "place": finding.place}
    return _("Step “%(step)s”: %(said)s") % {"step": finding.step, "said": said} if finding.step else said


def sentences(findings: Iterable[Finding]) -> list[str]:
    return [sentence(one) for one in findings]


def end(turn: Turn) -> str:
    """How a flow ended, in a few words."""
    match turn.outcome:
        case ToQueue(queue=""):
            return _("To people, in the queue that the scenario chooses.")
        case ToQueue(queue=queue):
            return _("To people, in the queue “%(queue)s”.") % {"queue": queue}
        case Ended(settled=True):
            return _("Ended without anybody: the caller was served.")
        case Ended():
            return _("Ended without anybody: the caller was not served.")
        case LeavesMessage():
            return _("The caller leaves a message.")
        case WantsCallback():
            return _("The caller wants to be called back.")
        case _:
            return _("It goes on.")


WAYS: dict[str, str | Promise] = {
    "next": gettext_lazy("then"),
    "otherwise": gettext_lazy("otherwise"),
    "open": gettext_lazy("open"),
    "closed": gettext_lazy("closed"),
    "found": gettext_lazy("found"),
    "not_found": gettext_lazy("not found"),
    "not_sure": gettext_lazy("not sure who it is"),
    "*": gettext_lazy("anything"),
    "": gettext_lazy("nothing"),
}

LOOKUPS: dict[str, str | Promise] = {
    "order_state": gettext_lazy("The order with the number that was keyed in"),
    "open_order": gettext_lazy("The open order of who calls"),
    "balance": gettext_lazy("The balance of the account that was keyed in"),
    "hours": gettext_lazy("Opening hours"),
}


def lookup(code: str) -> str:
    """What is looked up; one that there is no word for by its code."""
    return str(LOOKUPS.get(code, code))


def kind(step: Step) -> str:
    return str(KINDS[type(step).__name__])


def way(why: str) -> str:
    """Why it goes on there: a key that is pressed stays as it is."""
    return str(WAYS.get(why, why))


def about(step: Step) -> str:
    """What a step is about, by the codes that its author used: what it asks for, looks up, or where it leads people."""
    match step:
        case Ask():
            return step.gives
        case Lookup():
            return step.lookup
        case Hours():
            return step.calendar
        case Branch():
            return step.by
        case Queue() | Voicemail() | Callback():
            return step.queue
        case _:
            return ""
