"""Ready answers filled in for one contact: {{ name }}, {{ agent }}, {{ order }}, {{ case }} and nothing cleverer."""

import re
from dataclasses import dataclass

from django.utils.formats import date_format

from fanal.agents.models import Agent
from fanal.holdings.models import Order
from fanal.interactions.models import CannedReply, Interaction

VARIABLE = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")


@dataclass(frozen=True, kw_only=True)
class Ready:
    code: str
    title: str
    text: str
    language: str


def replies_for(interaction: Interaction, *, agent: Agent) -> list[Ready]:
    """Every active answer in the contact's language, else English, else whatever there is."""
    values = variables(interaction, agent=agent)
    found = []
    for reply in CannedReply.objects.filter(active=True).order_by("title"):
        languages = [interaction.language[:2], agent.language, "en", *reply.texts]
        language = next((code for code in languages if code in reply.texts), "")
        text = filled(reply.texts.get(language, ""), values)
        found.append(Ready(code=reply.code, title=reply.title, text=text, language=language))
    return found


def variables(interaction: Interaction, *, agent: Agent) -> dict[str, str]:
    """What a ready answer may mention."""
    customer = interaction.customer
    topic = interaction.topics.filter(withdrawn_at=None, case__isnull=False).select_related("case").last()
    order = Order.objects.filter(pk=interaction.about_id or 0).first() if interaction.about_kind == "order" else None
    found = {
        "name": customer.given_name or customer.name if customer else interaction.given.get("name", ""),
        "agent": agent.name,
        "order": order.number if order else "",
        "case": str(topic.case.number) if topic and topic.case else "",
        "order.carrier": order.carrier if order else "",
        "order.promised_on": date_format(order.promised_on) if order and order.promised_on else "",
    }
    longer = {"customer.name": "name", "agent.name": "agent", "order.number": "order", "case.number": "case"}
    return found | {name: found[short] for name, short in longer.items()}


def filled(text: str, values: dict[str, str]) -> str:
    """A variable without a value disappears with the space before it; an unknown one stays for the agent to see."""

    def value(found: re.Match[str]) -> str:
        return values.get(found.group(1), found.group(0))

    return re.sub(r" +([,.!?])", r"\1", VARIABLE.sub(value, text))
