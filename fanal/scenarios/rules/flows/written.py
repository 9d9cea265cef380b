"""What somebody wrote, field by field: each is handed out as what it should be, and what is wrong is remembered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from fanal.scenarios.rules.flows.arranging import as_dialled
from fanal.scenarios.rules.flows.steps import Prompt

LONGEST_TEXT = 1000
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


@dataclass(kw_only=True)
class Written:
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
