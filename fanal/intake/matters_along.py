"""What is known in a chat goes along when it becomes a call: who it is, and what it is about."""

from datetime import datetime

from fanal.interactions import actions as interactions
from fanal.interactions.matters import open_cases_of
from fanal.interactions.models import Interaction, TopicOrigin

SAME_VISITOR = "same_visitor"


def carry(chat: Interaction, call: Interaction, *, now: datetime) -> None:
    """As sure as the chat was, and no surer for being heard; candidates stay candidates."""
    if chat.customer and chat.relationship:
        interactions.speak_for(
            interaction=call,
            person=chat.spoken_for_by,
            represents=chat.customer,
            relationship=chat.relationship,
            by=None,
            now=now,
        )
    elif chat.customer:
        interactions.identify(
            interaction=call, customer=chat.customer, assurance=chat.assurance, why=SAME_VISITOR, by=None, now=now
        )
    elif candidates := list(chat.candidates.values("customer", "likelihood", "reasons_for", "reasons_against")):
        rows = [{**one, "customer_id": one["customer"]} for one in candidates]
        for one in rows:
            del one["customer"]
        interactions.set_candidates(interaction=call, candidates=rows, now=now)
    for case in open_cases_of(chat):
        interactions.add_topic(interaction=call, case=case, origin=TopicOrigin.RULE, now=now)
    for topic in chat.topics.filter(withdrawn_at=None, case=None).order_by("position"):
        interactions.add_topic(
            interaction=call, label=topic.label, category=topic.category, origin=topic.origin, now=now
        )
