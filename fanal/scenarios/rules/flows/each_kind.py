"""Each kind of step, read from what somebody wrote of it."""

from collections.abc import Callable, Mapping

from fanal.scenarios.rules.flows import steps as kinds
from fanal.scenarios.rules.flows.steps import Check, Step, What
from fanal.scenarios.rules.flows.written import KEYS, Written

LONGEST_NUMBER = 32


def _say(one: Written) -> Step:
    said = one.step_fields()
    if not said["prompt"]:
        one.wrong("field_missing", "prompt")
    return kinds.Say(**said, next=one.text("next", needed=True), whole=one.flag("whole"))


def _menu(one: Written) -> Step:
    return kinds.Menu(**one.asking_fields(), keys=one.keys())


def _language(one: Written) -> Step:
    found = kinds.Language(**one.asking_fields(), keys=one.keys(), next=one.text("next", needed=True))
    for language in found.keys.values():
        if language not in one.languages:
            one.wrong("language_unknown", "keys", language=language, known=", ".join(one.languages))
    return found


def _ask(one: Written) -> Step:
    what = one.choice("what", What, What.DIGITS)
    least, most = {What.CARD: (12, 19), What.DATE: (8, 8)}.get(what, (1, 20))
    found = kinds.Ask(
        **one.asking_fields(),
        gives=one.text("gives", needed=True),
        what=what,
        shortest=one.whole_number("shortest", least, least=1, most=LONGEST_NUMBER),
        longest=one.whole_number("longest", most, least=1, most=LONGEST_NUMBER),
        ends_with=one.text("ends_with", otherwise="#"),
        between=one.number("between", 4, least=1, most=30),
        before=one.text("before"),
        check=one.choice("check", Check, Check.NONE),
        at_least=one.maybe("at_least", least=0, most=10**9),
        at_most=one.maybe("at_most", least=0, most=10**9),
        secret=one.flag("secret", what == What.CARD),
        confirm=one.prompt("confirm"),
        right=one.text("right", otherwise="1"),
        wrong=one.text("wrong", otherwise="2"),
        next=one.text("next", needed=True),
    )
    if found.gives and not found.gives.isidentifier():
        one.wrong("name_unfit", "gives", what=found.gives)
    if found.shortest > found.longest:
        one.wrong("lengths_unfit", "shortest", shortest=str(found.shortest), longest=str(found.longest))
    if found.ends_with not in ("#", "*", ""):
        one.wrong("key_unfit", "ends_with", key=found.ends_with)
    for name, key in (("right", found.right), ("wrong", found.wrong)):
        if len(key) != 1 or key not in KEYS or found.right == found.wrong:
            one.wrong("key_unfit", name, key=key)
    return found


def _hours(one: Written) -> Step:
    return kinds.Hours(
        **one.step_fields(),
        calendar=one.text("calendar"),
        open=one.text("open", needed=True),
        closed=one.text("closed", needed=True),
        otherwise=one.text("otherwise"),
    )


def _lookup(one: Written) -> Step:
    return kinds.Lookup(
        **one.step_fields(),
        lookup=one.text("lookup", needed=True),
        branches=one.table("branches", needed=True),
        tries=one.whole_number("tries", 4, least=1, most=30),
        otherwise=one.text("otherwise"),
    )


def _branch(one: Written) -> Step:
    return kinds.Branch(
        **one.step_fields(),
        by=one.text("by", needed=True),
        cases=one.table("cases", needed=True),
        otherwise=one.text("otherwise"),
    )


def _queue(one: Written) -> Step:
    skills = one.data.get("skills") or {}
    one.seen.add("skills")
    if not isinstance(skills, Mapping) or not all(
        isinstance(code, str) and isinstance(level, int) and 1 <= level <= 5 for code, level in skills.items()
    ):
        one.wrong("skills_unfit", "skills")
        skills = {}
    return kinds.Queue(
        **one.step_fields(),
        queue=one.text("queue"),
        priority=one.maybe("priority", least=1, most=4),
        skills=dict(skills),
    )


def _end(one: Written) -> Step:
    return kinds.End(**one.step_fields(), settled=one.flag("settled", True))


def _voicemail(one: Written) -> Step:
    return kinds.Voicemail(
        **one.step_fields(),
        queue=one.text("queue"),
        longest=one.whole_number("longest", 180, least=10, most=600),
        silence=one.whole_number("silence", 5, least=2, most=30),
    )


def _callback(one: Written) -> Step:
    return kinds.Callback(**one.step_fields(), queue=one.text("queue"), number=one.text("number"))


KINDS: Mapping[str, Callable[[Written], Step]] = {
    "say": _say,
    "menu": _menu,
    "ask": _ask,
    "language": _language,
    "hours": _hours,
    "lookup": _lookup,
    "branch": _branch,
    "queue": _queue,
    "end": _end,
    "voicemail": _voicemail,
    "callback": _callback,
}
