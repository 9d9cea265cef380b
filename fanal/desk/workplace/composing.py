"""What the composer shows: the draft there is, or an answer to whoever wrote last; and what colleagues have begun."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.http import QueryDict

from fanal.agents.models import Agent
from fanal.channels.models import ChannelKind
from fanal.consent.wording import REFUSALS
from fanal.desk.given import number
from fanal.desk.workplace.later import chosen_in, follow_up_in, zone_of
from fanal.interactions import actions as interactions
from fanal.interactions import matters
from fanal.interactions.actions.addressing import answered_in, known_in, letter_named
from fanal.interactions.models import Attachment, Draft, Interaction, Letter, Part
from fanal.interactions.rules import MOST_RECIPIENTS, Envelope, Way, envelope_of
from fanal.norms import texts

MOST_FILES = 10
LONGEST_ADDRESS = 320


@dataclass(frozen=True, kw_only=True)
class Address:
    """One chip; `refused` says why a mail may not go there."""

    address: str
    known: bool = True
    refused: str = ""


@dataclass(frozen=True, kw_only=True)
class Composer:
    """`version` is 0 while nothing was kept; `elsewhere` is a Reply-To of another domain than the sender's.

    `quote` is what can stand below the answer, and `quotes` whether it does; `send_at` is said as a field for it wants.
    """

    key: str
    version: int = 0
    way: str = Way.REPLY
    answers: int | None = None
    text: str = ""
    subject: str = ""
    to: Sequence[Address] = ()
    cc: Sequence[Address] = ()
    bcc: Sequence[Address] = ()
    files: Sequence[Attachment] = ()
    others: Sequence[Draft] = ()
    elsewhere: str = ""
    asked: str = ""
    known: Sequence[str] = ()
    quote: str = ""
    quotes: bool = True
    send_at: str = ""
    follow_up: int = 0
    back_to: str = ""

    @property
    def fields(self) -> list[tuple[str, str, Sequence[Address]]]:
        """The lines of addresses, with their labels."""
        lines = {Part.TO: self.to, Part.CC: self.cc, Part.BCC: self.bcc}
        return [(part.value, str(part.label), addresses) for part, addresses in lines.items()]

    @property
    def shown(self) -> list[str]:
        """The lines that are there without being asked for."""
        return ["to", *(["cc"] if self.cc else []), *(["bcc"] if self.bcc else [])]


def composer_of(interaction: Interaction, *, agent: Agent, fresh: bool = False) -> Composer:
    """The agent's own draft, else an empty answer. `fresh`: something was just said, so there is no draft."""
    drafts = [] if fresh else interactions.drafts_of(interaction)
    own = next((one for one in drafts if one.agent_id == agent.pk), None)
    others = [one for one in drafts if one.agent_id != agent.pk and (one.text.strip() or one.files)]
    plain = Composer(
        key=own.key if own else interactions.fresh_key(),
        version=own.version if own else 0,
        text=own.text if own else "",
        files=interactions.waiting_files(interaction, own.files, by=agent) if own and own.files else [],
        others=others,
    )
    return _letter(interaction, own, plain) if interaction.channel == ChannelKind.EMAIL else plain


def typed_in(given: QueryDict, interaction: Interaction, *, now: datetime) -> interactions.Typed:
    """What a composer's form says of itself; nothing is cut, only what cannot be stored is taken out."""
    way = given.get("way", Way.REPLY)
    follow_up, back_to = follow_up_in(given)
    return interactions.Typed(
        key=given.get("external_id", "")[:200] or interactions.fresh_key(),
        window=given.get("window", "")[:40],
        turn=number(given.get("turn", "")),
        version=number(given.get("version", "")),
        way=way if way in set(Way) else Way.REPLY,
        answers=number(given.get("answers", "")) or None,
        text=texts.clean(given.get("text", "")),
        subject=texts.clean(given.get("subject", ""), keep_newlines=False),
        to=_addresses(given, "to"),
        cc=_addresses(given, "cc"),
        bcc=_addresses(given, "bcc"),
        files=tuple(number(one) for one in given.getlist("attachment"))[:MOST_FILES],
        quotes="quotes" in given,
        send_at=chosen_in(given, interaction, now=now),
        follow_up=follow_up,
        back_to=back_to,
    )


def envelope_in(typed: interactions.Typed, interaction: Interaction) -> Envelope:
    """To whom the form says it goes; what it refers to follows from the mail that it answers."""
    answers = letter_named(interaction, typed.answers)
    refers = interactions.proposed(interaction, way=typed.way, answers=answers).references
    return envelope_of(to=typed.to, cc=typed.cc, bcc=typed.bcc, subject=typed.subject, references=refers)


def quoted_by(typed: interactions.Typed, interaction: Interaction) -> Letter | None:
    """The mail that is to stand below what was typed; one that is handed on stands in it already."""
    wanted = typed.quotes and typed.way != Way.FORWARD and interaction.channel == ChannelKind.EMAIL
    return letter_named(interaction, typed.answers) if wanted else None


def address_of(judged: interactions.Judged) -> Address:
    refused = str(REFUSALS[judged.code]) if judged.code else ""
    return Address(address=judged.address, known=judged.known, refused=refused)


def judged_in(typed: interactions.Typed, interaction: Interaction) -> list[Address]:
    """Every address of a form with the verdict on it."""
    known = known_in(interaction)
    return [address_of(interactions.judge(interaction, one, known=known)) for one in (*typed.to, *typed.cc, *typed.bcc)]


def _letter(interaction: Interaction, own: Draft | None, plain: Composer) -> Composer:
    """With addresses and a subject, as mails have them."""
    last = (own.answers if own else None) or answered_in(interaction)
    said = interactions.proposed(interaction, answers=last)
    if own:
        said = envelope_of(to=own.to, cc=own.cc, bcc=own.bcc, subject=own.subject)
    known = known_in(interaction)
    way = own.way if own else Way.REPLY
    subject = said.subject if own or said.subject else _first_subject(interaction)

    def chips(addresses: Iterable[str]) -> list[Address]:
        return [address_of(interactions.judge(interaction, one, known=known)) for one in addresses]

    return replace(
        plain,
        way=way,
        quote=interactions.quoted(last, language=interaction.language) if last and way != Way.FORWARD else "",
        quotes=own.quotes if own else True,
        send_at=_as_field(own.send_at, interaction) if own and own.send_at else "",
        follow_up=own.follow_up if own else 0,
        back_to=own.back_to if own else "",
        answers=last.pk if last else None,
        subject=subject,
        to=chips(said.to),
        cc=chips(said.cc),
        bcc=chips(said.bcc),
        elsewhere=last.answers_elsewhere if last and not last.ours else "",
        asked=next((one for one in last.reply_to if one != last.sender), "") if last and not last.ours else "",
        known=sorted(known)[:MOST_RECIPIENTS],
    )


def _as_field(at: datetime, interaction: Interaction) -> str:
    """In whose time the field is."""
    return f"{at.astimezone(zone_of(interaction, now=at).zone):%Y-%m-%dT%H:%M}"


def _first_subject(interaction: Interaction) -> str:
    """Of a thread that we begin: the number of its case and what it is about."""
    case = next(reversed(matters.cases_of(interaction)), None)
    return f"[{case.number}] {case.subject}" if case else ""


def _addresses(given: QueryDict, name: str) -> tuple[str, ...]:
    said = (texts.clean(one, keep_newlines=False).strip().lower()[:LONGEST_ADDRESS] for one in given.getlist(name))
    return tuple(dict.fromkeys(one for one in said if one))
