"""The forms of the case pages."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from fanal.agents.models import Agent, Team, Tier
from fanal.cases.models import Case, CaseField, CaseNote, CaseType, Category, Priority
from fanal.cases.tree import ways
from fanal.desk.cases.values import missing_fields, missing_given
from fanal.interactions.models import Interaction, Topic
from fanal.routing.models import Queue

TYPED = {"dir": "auto"}


class CaseForm(forms.Form):
    """What is said about a case; for opening one and for changing it."""

    subject = forms.CharField(
        label=_("What should be settled"), max_length=200, widget=forms.TextInput(attrs=TYPED | {"autofocus": True})
    )
    type = forms.ModelChoiceField(label=_("Type"), queryset=CaseType.objects.none(), empty_label="–")
    category = forms.ModelChoiceField(label=_("Category"), queryset=Category.objects.none(), required=False)
    priority = forms.TypedChoiceField(
        label=_("Priority"), coerce=int, choices=Priority.choices, initial=Priority.NORMAL
    )

    def __init__(self, *args: Any, case: Case | None = None, **kwargs: Any) -> None:
        if case:
            said = {
                "subject": case.subject,
                "type": case.type_id,
                "category": case.category_id,
                "priority": case.priority,
            }
            kwargs.setdefault("initial", said)
        super().__init__(*args, **kwargs)
        types, categories = CaseType.objects.filter(active=True), Category.objects.filter(active=True)
        if case:
            types |= CaseType.objects.filter(pk=case.type_id)
            categories |= Category.objects.filter(case=case)
        self.fields["type"].queryset = types.order_by("name")  # type: ignore[attr-defined]
        self.fields["category"].queryset = categories  # type: ignore[attr-defined]
        offered = set(categories.values_list("pk", flat=True))
        tree = [(pk, way) for pk, way in ways().items() if pk in offered]
        self.fields["category"].choices = [("", "–"), *tree]  # type: ignore[attr-defined]


class NoteForm(forms.Form):
    text = forms.CharField(label=_("Note"), max_length=20_000, widget=forms.Textarea(attrs=TYPED | {"rows": 3}))


class CasesBelowForm(forms.Form):
    """For what is done with a problem and the cases below it: each can be left out."""

    children = forms.ModelMultipleChoiceField(
        label=_("Cases below it"), queryset=Case.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    field_order = ("note", "reason", "children")

    def __init__(self, *args: Any, below: Sequence[Case] = (), hidden: int = 0, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"children": [case.pk for case in below]})
        super().__init__(*args, **kwargs)
        if not below:
            del self.fields["children"]
        if hidden:
            last = list(self.fields.values())[-1]
            last.help_text = ngettext(
                "%(count)s more below it is not yours to see and stays as it is.",
                "%(count)s more below it are not yours to see and stay as they are.",
                hidden,
            ) % {"count": hidden}
        if not below:
            return
        rows = Case.objects.filter(pk__in=[case.pk for case in below]).select_related("customer").order_by("number")
        self.fields["children"].queryset = rows  # type: ignore[attr-defined]
        self.fields["children"].label_from_instance = _named  # type: ignore[attr-defined]


def _named(case: Case) -> str:
    return " · ".join([str(case.number), case.subject, case.customer.name if case.customer else str(_("not known"))])


class ProblemForm(forms.Form):
    """The problem behind a case: one there is, or a new one; and what else it causes."""

    number = forms.IntegerField(
        label=_("Number of the problem, if there is a case for it"), required=False, min_value=1, max_value=2**62
    )
    subject = forms.CharField(
        label=_("Or what the new one is about"), max_length=200, required=False, widget=forms.TextInput(attrs=TYPED)
    )
    cases = forms.ModelMultipleChoiceField(
        label=_("Similar cases that go below it too"),
        queryset=Case.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, case: Case, alike: Sequence[int], **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"subject": case.subject})
        super().__init__(*args, **kwargs)
        rows = Case.objects.filter(pk__in=alike).select_related("customer").order_by("number")
        self.fields["cases"].queryset = rows  # type: ignore[attr-defined]
        self.fields["cases"].label_from_instance = _named  # type: ignore[attr-defined]


class SettlementForm(CasesBelowForm):
    """How a matter is settled: what its type needs to know of that and nobody has said yet, and a last note."""

    note = forms.CharField(
        label=_("Last note"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs=TYPED | {"rows": 3, "autofocus": True}),
    )

    def __init__(self, *args: Any, missing: Mapping[CaseField, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = missing_fields(missing or {}) | self.fields

    def values(self) -> dict[str, str]:
        """What was missing, by the code of its field."""
        return missing_given(self.cleaned_data)


class ReopeningForm(CasesBelowForm):
    reason = forms.CharField(
        label=_("Why does it come up again?"),
        max_length=500,
        widget=forms.Textarea(attrs=TYPED | {"rows": 3, "autofocus": True}),
    )


class OwnerForm(forms.Form):
    """Whose it is; only people who may have it are offered."""

    owner = forms.ModelChoiceField(
        label=_("Owner"), queryset=Agent.objects.none(), required=False, empty_label=_("Nobody")
    )
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none(), required=False)
    tier = forms.ModelChoiceField(label=_("Line"), queryset=Tier.objects.none(), required=False)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"owner": case.owner_id, "team": case.team_id, "tier": case.tier_id})
        super().__init__(*args, **kwargs)
        agents = Agent.objects.filter(is_active=True, practising=case.practice).order_by("name")
        self.fields["owner"].queryset = agents  # type: ignore[attr-defined]
        self.fields["team"].queryset = Team.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["tier"].queryset = Tier.objects.all()  # type: ignore[attr-defined]


class QueueingForm(forms.Form):
    """Where the case waits for somebody, how urgently, and what they should know."""

    queue = forms.ModelChoiceField(label=_("Queue"), queryset=Queue.objects.none(), empty_label=None)
    priority = forms.TypedChoiceField(label=_("Priority"), coerce=int, choices=Priority.choices)
    note = forms.CharField(
        label=_("Note for colleagues"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs=TYPED | {"rows": 3}),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"priority": case.priority})
        super().__init__(*args, **kwargs)
        queues = Queue.objects.filter(active=True, practice=case.practice)
        self.fields["queue"].queryset = queues.order_by("name")  # type: ignore[attr-defined]


class SplitForm(forms.Form):
    """The second matter, and what goes along with it."""

    subject = forms.CharField(
        label=_("What the second case is about"),
        max_length=200,
        widget=forms.TextInput(attrs=TYPED | {"autofocus": True}),
    )
    notes = forms.ModelMultipleChoiceField(
        label=_("Notes that go along"),
        queryset=CaseNote.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    topics = forms.ModelMultipleChoiceField(
        label=_("Contacts that belong to both"),
        queryset=Topic.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        notes, topics = self.fields["notes"], self.fields["topics"]
        notes.queryset = case.notes.select_related("by").order_by("-at")[:50]  # type: ignore[attr-defined]
        notes.queryset = CaseNote.objects.filter(pk__in=[note.pk for note in notes.queryset]).order_by("-at")  # type: ignore[attr-defined]
        notes.label_from_instance = lambda note: note.text[:80]  # type: ignore[attr-defined]
        standing = Topic.objects.filter(case=case, withdrawn_at=None).select_related("interaction").order_by("pk")
        topics.queryset = standing  # type: ignore[attr-defined]
        topics.label_from_instance = lambda topic: str(topic.interaction)  # type: ignore[attr-defined]


class LinkForm(forms.Form):
    """A contact that is about this case too: of the same customer, or one the agent has now."""

    interaction = forms.ModelChoiceField(label=_("Contact"), queryset=Interaction.objects.none(), empty_label=None)

    def __init__(self, *args: Any, case: Case, agent: Agent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contacts = Interaction.objects.visible_to(agent).filter(practice=case.practice)
        mine = contacts.filter(segments__agent=agent, segments__wrapped_up_at=None)
        customers = contacts.filter(customer=case.customer_id) if case.customer_id else contacts.none()
        keys = {
            *mine.values_list("pk", flat=True)[:20],
            *customers.order_by("-started_at").values_list("pk", flat=True)[:20],
        }
        known = Topic.objects.filter(case=case, withdrawn_at=None).values("interaction")
        offered = Interaction.objects.filter(pk__in=keys).exclude(pk__in=known).order_by("-started_at")
        self.fields["interaction"].queryset = offered  # type: ignore[attr-defined]
