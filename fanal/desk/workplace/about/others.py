"""Cases that are like what a contact is about: its latest topic, or what was given as its topic at the start."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.cases.rules.alike import Matter
from fanal.desk.cases.alike import AlikeView, like
from fanal.holdings.models import Holding
from fanal.interactions.models import Interaction, Topic
from fanal.norms import words


def like_contact(interaction: Interaction, *, agent: Agent) -> list[AlikeView]:
    """With what the contact is about, if it is a thing of the customer's; without the case it is about already."""
    label, subject, category, case, kind, opened_at = _latest.first(interaction=interaction.pk) or (None,) * 6
    about = _holding.first(agent=agent, pk=interaction.about_id or 0) if interaction.about_kind == "holding" else None
    text = label or subject or interaction.given.get("topic", "")
    matter = Matter(
        words=words.stems(text),
        products=frozenset({about.product_id} if about and about.product_id else ()),
        kind=about.kind if about else "",
        category=category,
        type=kind,
        opened_at=opened_at or timezone.now(),
    )
    return like(matter, agent=agent, but=case or 0)


@kept
def _latest(interaction: int) -> QuerySet[Topic, tuple[Any, ...]]:
    rows = Topic.objects.filter(interaction=interaction, withdrawn_at=None).order_by("-position")
    return rows.values_list("label", "case__subject", "category", "case", "case__type", "case__opened_at")[:1]


@kept
def _holding(agent: Agent, pk: int) -> QuerySet[Holding]:
    return Holding.objects.visible_to(agent).filter(pk=pk).only("kind", "product")
