"""Who works here: agents, roles, teams, tiers, skills, break reasons, and invitations."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from fanal.agents.models import Agent, BreakReason, FieldClass, Permission, Role, Skill, Team, Tier
from fanal.channels.models import ChannelKind
from fanal.desk.administration.forms.base import ConfigForm, SkillLevels

MOST_AT_ONCE = 50


class AgentForm(SkillLevels, ConfigForm):
    language = forms.ChoiceField(label=_("Language of the screens"), choices=settings.LANGUAGES)

    class Meta:
        model = Agent
        fields = ("name", "role", "team", "tier", "language", "practising")
        labels = {
            "name": _("Name"),
            "role": _("Role"),
            "team": _("Team"),
            "tier": _("Tier"),
            "practising": _("Practises only"),
        }
        help_texts = {
            "role": _("What this person may do and see. After a change they sign in again."),
            "practising": _("Handles simulated customers, outside all figures."),
        }

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for kind in ChannelKind:
            self.fields[f"at_once_{kind.value}"] = forms.IntegerField(
                label=kind.label,
                min_value=0,
                max_value=MOST_AT_ONCE,
                initial=self.instance.capacity.get(kind.value, 0),
            )
        self.add_skills(dict(self.instance.skills.values_list("skill_id", "level")), none=str(_("cannot")))

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        wanted = {kind.value: self.cleaned_data.get(f"at_once_{kind.value}") for kind in ChannelKind}
        self.instance.capacity = {**self.instance.capacity, **{k: v for k, v in wanted.items() if v is not None}}
        return cleaned

    def children(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        return {"skills": self.skill_rows()}

    @property
    def groups(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """The two blocks below the person's own fields."""
        return [
            (str(_("At once")), str(_("How many contacts of each kind at the same time; 0 for none.")),
             [self[name] for name in self.fields if name.startswith("at_once_")]),
            (str(_("Skills")), str(_("From 1, can help out, to 5, the best there is.")),
             [self[name] for name in self.fields if name.startswith("skill_")]),
        ]  # fmt: skip


class RoleForm(ConfigForm):
    permissions = forms.MultipleChoiceField(
        label=_("May"), choices=Permission.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    field_classes = forms.MultipleChoiceField(
        label=_("Sees of customers"),
        choices=FieldClass.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Names and cases are seen by everybody who handles contacts. Exports and search keep to this too."),
    )

    class Meta:
        model = Role
        fields = ("name", "permissions", "field_classes")
        labels = {"name": _("Name")}


class TeamForm(ConfigForm):
    class Meta:
        model = Team
        fields = ("name",)
        labels = {"name": _("Name")}


class TierForm(ConfigForm):
    class Meta:
        model = Tier
        fields = ("name", "rank", "visits")
        labels = {"name": _("Name"), "rank": _("Rank"), "visits": _("Visits customers")}
        help_texts = {"visits": _("Field technicians: visits can be planned for its people.")} | {
            "rank": _("1 is asked first; a transfer goes to a higher rank.")
        }


class SkillForm(ConfigForm):
    class Meta:
        model = Skill
        fields = ("name",)
        labels = {"name": _("Name")}
        help_texts = {"name": _("A language, a product, a kind of work: whatever decides who can answer.")}


class BreakForm(ConfigForm):
    class Meta:
        model = BreakReason
        fields = ("name", "counts_as_productive")
        labels = {"name": _("Name"), "counts_as_productive": _("Counts as productive")}
        help_texts = {"counts_as_productive": _("Training and meetings do, lunch does not.")}


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=100)
    role = forms.ModelChoiceField(label=_("Role"), queryset=Role.objects.order_by("name"))
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.order_by("name"), required=False)
    language = forms.ChoiceField(label=_("Language of the mail"), choices=settings.LANGUAGES)
