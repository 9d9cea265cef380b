"""A flow as it was written down, in JSON or YAML, becomes a flow; what cannot be read is said step by step."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from fanal.scenarios.rules.flows import steps as kinds
from fanal.scenarios.rules.flows.arranging import along_its_ways, arranged, as_dialled
from fanal.scenarios.rules.flows.steps import Check, Final, Flow, Prompt, Step, What, ways

MOST_STEPS = 300
LONGEST_TEXT = 1000
LONGEST_NUMBER = 32
CODE = re.compile(r"[\w-]{1,60}")
KEYS = frozenset("0123456789*#")
Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What is wrong, as a code for the wording; `step` is empty when it is about all of the flow,
    `place` the field of the step."""

    code: str
    step: str = ""
    place: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


class Unreadable(Exception):
    """What was written is no flow; `findings` say where and what to do."""

    def __init__(self, findings: Collection[Finding]) -> None:
        super().__init__(", ".join(f"{one.step}: {one.code}" if one.step else one.code for one in findings))
        self.findings = tuple(findings)


def read(data: Any) -> Flow:
    """The flow, its steps along its ways. Raises Unreadable with everything that is wrong, not the first alone."""
    if not isinstance(data, Mapping):
        raise Unreadable([Finding(code="not_a_flow")])
    whole = _Written(step="", data=data, languages=_languages(data))
    begins, otherwise = whole.text("begins", needed=True), whole.text("otherwise", needed=True)
    languages, steps = tuple(whole.languages), _steps(whole)
    order = along_its_ways(steps, begins=begins, otherwise=otherwise, languages=languages)
    ordered = {code: steps[code] for code in order}
    flow = Flow(languages=languages, begins=begins, otherwise=otherwise, steps=ordered)
    whole.seen.add("languages")
    whole.tell_unknown()
    if not whole.languages:
        whole.wrong("languages_missing")
    whole.findings += _nowhere(flow, _codes(whole.data))
    if whole.findings:
        raise Unreadable(whole.findings)
    return flow


def as_read(data: Any) -> Any:
    """What was written, arranged as it is read; what is no flow stays as it is."""
    try:
        return arranged(data, read(data).steps)
    except Unreadable:
        return arranged(data, ())


def _languages(data: Mapping[str, Any]) -> list[str]:
    found = data.get("languages")
    return [one for one in found if isinstance(one, str) and one] if isinstance(found, list) else []


def _steps(whole: "_Written") -> dict[str, Step]:
    whole.seen.add("steps")
    written = whole.data.get("steps")
    if not isinstance(written, Mapping) or not written or len(written) > MOST_STEPS:
        whole.wrong("steps_missing", most=str(MOST_STEPS))
        return {}
    found = {}
    for code, data in written.items():
        one = _Written(step=str(code), data=data if isinstance(data, Mapping) else {}, languages=whole.languages)
        if not CODE.fullmatch(one.step):
            one.wrong("code_unfit")
        kind = one.text("kind", needed=True)
        if kind and kind not in KINDS:
            one.wrong("kind_unknown", "kind", what=kind, known=", ".join(KINDS))
        elif kind:
            found[one.step] = KINDS[kind](one)
            one.tell_unknown()
        whole.findings += one.findings
    return found


def _codes(data: Mapping[str, Any]) -> list[str]:
    """Those of every step that was written, also of one that could not be read."""
    written = data.get("steps")
    return [str(code) for code in written] if isinstance(written, Mapping) else []


def _nowhere(flow: Flow, codes: Collection[str]) -> list[Finding]:
    """Steps that are named and are not there; and a last resort that is no end."""
    known = ", ".join(codes)
    wrong = [
        Finding(code="step_unknown", place=name, values={"to": to, "known": known})
        for name, to in (("begins", flow.begins), ("otherwise", flow.otherwise))
        if to and codes and to not in codes
    ]
    if flow.otherwise in flow.steps and not isinstance(flow.steps[flow.otherwise], Final):
        wrong.append(Finding(code="last_resort_goes_on", place="otherwise", values={"to": flow.otherwise}))
    for step in flow.steps.values():
        wrong += [
            Finding(code="step_unknown", step=step.code, place=why, values={"to": to, "known": known})
            for why, to in ways(flow, step)
            if to and to != flow.otherwise and to not in codes
        ]
    return wrong


@dataclass(kw_only=True)
class _Written:
    """One step as somebody wrote it: hands out its fields, and remembers what was wrong with them."""

    step: str
    data: Mapping[Any, Any]
    languages: list[str]
    findings: list[Finding] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def wrong(self, code: str, name: str = "", **values: str) -> None:
        self.findings.append(Finding(code=code, step=self.step, place=name, values=values))

    def tell_unknown(self) -> None:
        for name in self.data:
            if name not in self.seen:
                self.wrong("field_unknown", str(name), known=", ".join(sorted(self.seen)))

    def _take(self, name: str, *, needed: bool) -> Any:
        self.seen.add(name)
        value = self.data.get(name)
        if value is None and needed:
            self.wrong("field_missing", name)
        return value

    def text(self, name: str, *, needed: bool = False, otherwise: str = "") -> str:
        value = self._take(name, needed=needed)
        if value is None:
            return otherwise
        if not isinstance(value, str) or len(value) > LONGEST_TEXT or (needed and not value.strip()):
            self.wrong("not_a_text", name)
            return otherwise
        return value.strip()

    def prompt(self, name: str = "prompt", *, needed: bool = False) -> Prompt:
        """A text per language; one alone is in the first language."""
        value = self._take(name, needed=needed)
        if isinstance(value, str) and self.languages:
            value = {self.languages[0]: value}
        if value is None:
            return {}
        if not isinstance(value, Mapping) or not all(
            isinstance(key, str) and isinstance(text, str) and len(text) <= LONGEST_TEXT for key, text in value.items()
        ):
            self.wrong("not_a_prompt", name)
            return {}
        for language in value:
            if language not in self.languages:
                self.wrong("language_unknown", name, language=language, known=", ".join(self.languages))
        return {language: text.strip() for language, text in value.items() if text.strip()}

    def number(self, name: str, otherwise: float, *, least: float, most: float) -> float:
        value = self._take(name, needed=False)
        if value is None:
            return otherwise
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            self.wrong("not_a_number", name, least=f"{least:g}", most=f"{most:g}")
            return otherwise
        return value

    def whole_number(self, name: str, otherwise: int, *, least: int, most: int) -> int:
        value = self.number(name, otherwise, least=least, most=most)
        if value != int(value):
            self.wrong("not_a_number", name, least=str(least), most=str(most))
        return int(value)

    def maybe(self, name: str, *, least: int, most: int) -> int | None:
        value = self._take(name, needed=False)
        return None if value is None else self.whole_number(name, least, least=least, most=most)

    def flag(self, name: str, otherwise: bool = False) -> bool:
        value = self._take(name, needed=False)
        if value is not None and not isinstance(value, bool):
            self.wrong("not_a_flag", name)
        return otherwise if not isinstance(value, bool) else value

    def choice(self, name: str, kinds: type[Choice], otherwise: Choice) -> Choice:
        value = self.text(name, otherwise=otherwise)
        if value not in set(kinds):
            self.wrong("choice_unknown", name, what=value, known=", ".join(one for one in kinds if one))
            return otherwise
        return kinds(value)

    def table(self, name: str, *, needed: bool = False) -> dict[str, str]:
        """Texts by texts; in YAML a key may be a bare number."""
        value = self._take(name, needed=needed)
        if value is None:
            return {}
        if not isinstance(value, Mapping) or (needed and not value):
            self.wrong("not_a_table", name)
            return {}
        found = {str(key): text.strip() for key, text in value.items() if isinstance(text, str) and text.strip()}
        if len(found) != len(value):
            self.wrong("not_a_table", name)
        return found

    def keys(self) -> dict[str, str]:
        found = as_dialled(self.table("keys", needed=True))
        for key in found:
            if not key or len(key) > 4 or not set(key) <= KEYS:
                self.wrong("key_unfit", "keys", key=key)
        for key in found:
            longer = [other for other in found if other != key and other.startswith(key)]
            if key and longer:
                self.wrong("keys_clash", "keys", key=key, other=longer[0])
        return found

    def step_fields(self) -> dict[str, Any]:
        return {"code": self.step, "prompt": self.prompt(), "recorded": self.flag("recorded")}

    def asking_fields(self) -> dict[str, Any]:
        return {
            "code": self.step,
            "prompt": self.prompt(needed=True),
            "recorded": self.flag("recorded"),
            "again": self.prompt("again"),
            "seconds": self.number("seconds", 6, least=1, most=60),
            "tries": self.whole_number("tries", 3, least=1, most=10),
            "otherwise": self.text("otherwise"),
        }


def _say(one: _Written) -> Step:
    said = one.step_fields()
    if not said["prompt"]:
        one.wrong("field_missing", "prompt")
    return kinds.Say(**said, next=one.text("next", needed=True), whole=one.flag("whole"))


def _menu(one: _Written) -> Step:
    return kinds.Menu(**one.asking_fields(), keys=one.keys())


def _language(one: _Written) -> Step:
    found = kinds.Language(**one.asking_fields(), keys=one.keys(), next=one.text("next", needed=True))
    for language in found.keys.values():
        if language not in one.languages:
            one.wrong("language_unknown", "keys", language=language, known=", ".join(one.languages))
    return found


def _ask(one: _Written) -> Step:
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


def _hours(one: _Written) -> Step:
    return kinds.Hours(
        **one.step_fields(),
        calendar=one.text("calendar"),
        open=one.text("open", needed=True),
        closed=one.text("closed", needed=True),
        otherwise=one.text("otherwise"),
    )


def _lookup(one: _Written) -> Step:
    return kinds.Lookup(
        **one.step_fields(),
        lookup=one.text("lookup", needed=True),
        branches=one.table("branches", needed=True),
        tries=one.whole_number("tries", 4, least=1, most=30),
        otherwise=one.text("otherwise"),
    )


def _branch(one: _Written) -> Step:
    return kinds.Branch(
        **one.step_fields(),
        by=one.text("by", needed=True),
        cases=one.table("cases", needed=True),
        otherwise=one.text("otherwise"),
    )


def _queue(one: _Written) -> Step:
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


def _end(one: _Written) -> Step:
    return kinds.End(**one.step_fields(), settled=one.flag("settled", True))


def _voicemail(one: _Written) -> Step:
    return kinds.Voicemail(
        **one.step_fields(),
        queue=one.text("queue"),
        longest=one.whole_number("longest", 180, least=10, most=600),
        silence=one.whole_number("silence", 5, least=2, most=30),
    )


def _callback(one: _Written) -> Step:
    return kinds.Callback(**one.step_fields(), queue=one.text("queue"), number=one.text("number"))


KINDS: Mapping[str, Callable[[_Written], Step]] = {
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
