"""What a draft begins with: what people ask, what settled it, and what one of ours answered last."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from fanal.cases.models import Case, CaseQuery, CaseState
from fanal.interactions.models import Author, Message

SUBJECTS = 5
LOOKED_AT = 50


def body_for(cases: CaseQuery, *, settled_by: Sequence[tuple[str, int]] = ()) -> str:
    """The newest subjects, each once; what was done, with how often; and the last answer in words."""
    parts = [_("What people ask") + "\n" + _lines(_subjects(cases))]
    if settled_by:
        parts.append(_("What settles it") + "\n" + _lines(f"{name} ({number})" for name, number in settled_by))
    if answer := last_answer(cases):
        parts.append(_("What was answered last") + "\n" + answer)
    return "\n\n".join(parts)


def last_answer(cases: CaseQuery) -> str:
    """What a person of ours wrote last in a contact about the newest of these that are settled; "" for nothing."""
    settled = cases.filter(state=CaseState.SETTLED).order_by("-updated_at").values_list("pk", flat=True)[:LOOKED_AT]
    said = Message.objects.filter(
        author=Author.AGENT, interaction__topics__case__in=list(settled), interaction__topics__withdrawn_at=None
    )
    return said.order_by("-at", "-pk").values_list("text", flat=True).first() or ""


def _subjects(cases: CaseQuery) -> list[str]:
    newest = cases.order_by("-updated_at").values_list("subject", flat=True)[:LOOKED_AT]
    return list(dict.fromkeys(newest))[:SUBJECTS]


def _lines(items: object) -> str:
    return "\n".join(f"- {item}" for item in items)  # type: ignore[attr-defined]


def of_one(case: Case) -> CaseQuery:
    return Case.objects.filter(pk=case.pk)
