"""The packet that came with a case, at the top of its page and in the offer, and the forms that write one."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from fanal.agents.kept import kept
from fanal.cases.models import Case
from fanal.desk.cases.forms import TYPED
from fanal.escalation import wording
from fanal.routing.models import HandOver, HandOverEnd, Queue
from fanal.routing.rules.packets import LONGEST_TEXT

WORDS = forms.Textarea(attrs=TYPED | {"rows": 3})


def packet_of(case: Case) -> dict[str, Any]:
    """What stands, or came back and was taken; nothing on a case that is settled. Of a rule, why it acted."""
    if case.settled_at or not getattr(case, "was_handed_over", True):
        return {"packet": None}
    packet = _packet.first(case=case.pk)
    acted = getattr(packet, "escalation", None) if packet else None
    return {"packet": packet, "packet_why": wording.sentence(acted.rule, acted.why) if acted else ""}


@kept
def _packet(case: int) -> QuerySet[HandOver]:
    rows = HandOver.objects.filter(Q(ended_at=None) | Q(how=HandOverEnd.TAKEN), case=case).order_by("-at", "-pk")
    return rows.select_related("from_tier", "by", "escalation__rule")[:1]


class HandOverForm(forms.Form):
    """To which line, and what they need to know: all three, so that nobody begins again."""

    queue = forms.ModelChoiceField(label=_("To"), queryset=Queue.objects.none(), empty_label=None)
    summary = forms.CharField(
        label=_("What it is about"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs=TYPED | {"rows": 2})
    )
    tried = forms.CharField(label=_("What was tried"), max_length=LONGEST_TEXT, widget=WORDS)
    expected = forms.CharField(label=_("What is expected"), max_length=LONGEST_TEXT, widget=WORDS)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Queue.objects.filter(active=True, practice=case.practice, tier__isnull=False)
        queue: Any = self.fields["queue"]
        queue.queryset = rows.exclude(tier=case.tier_id).select_related("tier").order_by("tier__rank", "name")
        queue.label_from_instance = lambda row: f"{row.tier} · {row.name}"


class HandBackForm(forms.Form):
    why = forms.CharField(
        label=_("Why it goes back"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs=TYPED | {"rows": 2})
    )
    done = forms.CharField(label=_("What was done"), max_length=LONGEST_TEXT, widget=WORDS)
