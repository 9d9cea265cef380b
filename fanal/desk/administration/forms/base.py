"""What all forms of the configuration share: a row, the rows that belong to it, and a stable code of its own."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Model
from django.db.models.fields import BLANK_CHOICE_DASH

from fanal.agents.models import Skill
from fanal.configuration.rules import code_for

NOTHING = ("", "–")
LEVELS = [NOTHING, *((str(level), str(level)) for level in range(1, 6))]


if TYPE_CHECKING:
    RowForm = forms.ModelForm[Any]
else:
    RowForm = forms.ModelForm


class ConfigForm(RowForm):
    """Checks what was entered; saving is the action's work. A new row gets its code from its name."""

    names_itself = "name"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        draw_nothing(self.fields)

    def _post_clean(self) -> None:
        row = self.instance
        if not row.pk and hasattr(row, "code") and not row.code:
            taken = set(type(row)._default_manager.values_list("code", flat=True))
            row.code = code_for(
                self.cleaned_data.get(self.names_itself, ""), taken=taken, otherwise=row._meta.model_name
            )
        super()._post_clean()  # type: ignore[misc]

    def children(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """The rows that belong to this one, by accessor, as they shall be."""
        return {}

    @property
    def groups(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """Blocks of fields that stand apart, each with its title and a sentence."""
        return []

    @property
    def grouped(self) -> set[str]:
        return {field.name for _title, _text, fields in self.groups for field in fields}

    def many(self) -> Mapping[str, Iterable[Model]]:
        return {}


def draw_nothing(fields: Mapping[str, forms.Field]) -> None:
    """Where nothing may be chosen, it is a dash as on every other page, not the nine of Django."""
    for field in fields.values():
        if isinstance(field, forms.ModelChoiceField):
            field.empty_label = NOTHING[1] if field.empty_label == BLANK_CHOICE_DASH[0][1] else field.empty_label
        elif isinstance(field, forms.ChoiceField):
            choices: Iterable[Any] = list(field.widget.choices)
            field.choices = [NOTHING if choice == BLANK_CHOICE_DASH[0] else choice for choice in choices]


class SkillLevels:
    """A level from 1 to 5, or none, for every skill there is; a mix-in before ConfigForm."""

    fields: dict[str, forms.Field]
    cleaned_data: dict[str, Any]

    def add_skills(self, held: Mapping[int, int], *, none: str) -> None:
        self.skills = {f"skill_{skill.pk}": skill for skill in Skill.objects.order_by("name")}
        for name, skill in self.skills.items():
            self.fields[name] = forms.TypedChoiceField(
                label=skill.name,
                choices=[("", none), *LEVELS[1:]],
                coerce=int,
                empty_value=None,
                required=False,
                initial=held.get(skill.pk, ""),
            )

    def skill_rows(self) -> list[dict[str, Any]]:
        levels = {skill: self.cleaned_data.get(name) for name, skill in self.skills.items()}
        return [{"skill": skill, "level": level} for skill, level in levels.items() if level]
