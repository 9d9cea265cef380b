"""Ready answers filled in for one contact: {{ name }}, {{ agent }}, {{ order }}, {{ case }} and nothing cleverer."""

from dataclasses import dataclass

from django.utils.formats import date_format

from fanal.agents.models import Agent
from fanal.channels.models import ChannelKind
from fanal.holdings.models import Order
from fanal.identity.models import Assurance
from fanal.interactions import matters
from fanal.interactions.models import CannedReply, Interaction
from fanal.interactions.rules import filled, missing


@dataclass(frozen=True, kw_only=True)
class Ready:
    code: str
    title: str
    text: str
    language: str
    missing: tuple[str, ...] = ()


def replies_for(interaction: Interaction, *, agent: Agent) -> list[Ready]:
    """Every active answer in the contact's language, else the customer's, else English, else whatever there is.

    In a mail what is missing stays as it was written, so that it is seen and filled in; see `unfilled`.
    """
    by_mail = interaction.channel == ChannelKind.EMAIL
    spoken = interaction.customer.language if interaction.customer else ""
    values = variables(interaction, agent=agent)
    found = []
    for reply in CannedReply.objects.filter(active=True).order_by("title"):
        languages = [interaction.language[:2], spoken[:2], agent.language, "en", *reply.texts]
        language = next((code for code in languages if code in reply.texts), "")
        words = reply.texts.get(language, "")
        empty = missing(words, values)
        text = filled(words, {key: one for key, one in values.items() if one} if by_mail else values)
        found.append(Ready(code=reply.code, title=reply.title, text=text, language=language, missing=empty))
    return found


def variables(interaction: Interaction, *, agent: Agent) -> dict[str, str]:
    """What a ready answer may mention. Whoever only claims to be somebody is called what they called themselves."""
    customer = interaction.customer if interaction.assurance >= Assurance.MATCHED else None
    case = next(reversed(matters.cases_of(interaction)), None)
    order = Order.objects.filter(pk=interaction.about_id or 0).first() if interaction.about_kind == "order" else None
    found = {
        "customer": customer.name if customer else interaction.given.get("name", ""),
        "name": customer.given_name or customer.name if customer else interaction.given.get("name", ""),
        "agent": agent.name,
        "order": order.number if order else "",
        "case": str(case.number) if case else "",
        "order.carrier": order.carrier if order else "",
        "order.promised_on": date_format(order.promised_on) if order and order.promised_on else "",
    }
    longer = {"customer.name": "name", "agent.name": "agent", "order.number": "order", "case.number": "case"}
    return found | {name: found[short] for name, short in longer.items()}


def unfilled(text: str, interaction: Interaction, *, agent: Agent) -> tuple[str, ...]:
    """The variables of ours that still stand in a text; what is no variable of ours may stand in double braces."""
    known = variables(interaction, agent=agent)
    return tuple(name for name in missing(text, {}) if name in known)
