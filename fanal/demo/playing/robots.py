"""Robots at agents' places: they act in-process, through the same actions as the desk."""

import contextlib
import logging
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from fanal.agents.models import Agent, AgentState, Presence
from fanal.demo import cast
from fanal.holdings.models import Holding, Order
from fanal.interactions import actions as interactions
from fanal.interactions.models import Author, Disposition, Interaction, Message, Segment, Topic
from fanal.routing import actions as routing
from fanal.routing.models import Offer, OfferState
from fanal.scenarios import actions as scenarios
from fanal.scenarios.rules import Refused

ROUND_SECONDS = 1.0
log = logging.getLogger(__name__)
ANSWERS = {
    "en": ("Hello, I am looking it up.", "I have found it, that is settled now.", "Is there anything else?"),
    "fr": ("Bonjour, je vérifie.", "C'est trouvé, tout est réglé.", "Puis-je faire autre chose ?"),
    "ru": ("Здравствуйте, сейчас посмотрю.", "Нашёл, всё улажено.", "Что-нибудь ещё?"),
    "ar": ("مرحبًا، أتحقق الآن.", "وجدته، تمت التسوية.", "هل هناك شيء آخر؟"),
}


class Robots:
    """`number` agents of the demo who are not signed in; the people of the tour are left to people."""

    def __init__(self, *, number: int, rng: Random) -> None:
        self.rng = rng
        spared = [email for email, _ in cast.SIGN_INS]
        there = AgentState.objects.filter(ended_at=None).exclude(state=Presence.OFFLINE).values("agent")
        free = Agent.objects.filter(is_active=True, practising=False, team__isnull=False).exclude(email__in=spared)
        self.agents = list(free.exclude(pk__in=there).order_by("pk")[:number])

    def work(self, stop: threading.Event) -> None:
        """Until told to stop; then everybody goes home, and their talks to the front of the queue."""
        for agent in self.agents:
            routing.set_presence(agent=agent, state=Presence.AVAILABLE, by=agent, now=timezone.now())
        try:
            while not stop.wait(ROUND_SECONDS):
                for agent in self.agents:
                    with _patience():
                        self.turn(agent, now=timezone.now())
                close_old_connections()
        finally:
            for agent in self.agents:
                with _patience():
                    routing.sign_out(agent=agent, by=agent, now=timezone.now())

    def turn(self, agent: Agent, *, now: datetime) -> None:
        """One look at one agent's desk."""
        routing.heartbeat(agent=agent, now=now)
        if AgentState.objects.filter(agent=agent, ended_at=None, state=Presence.NOT_ANSWERING).exists():
            routing.set_presence(agent=agent, state=Presence.AVAILABLE, by=agent, now=now)
        for offer in Offer.objects.filter(agent=agent, state=OfferState.OPEN):
            if now - offer.offered_at > timedelta(seconds=self._think(offer.pk, 2, 9)):
                self._answer(offer.pk, agent, now)
        rows = Segment.objects.filter(agent=agent, ended_at=None).select_related("interaction")
        for segment in rows:
            self._talk(segment, agent, now)

    def _answer(self, offer: int, agent: Agent, now: datetime) -> None:
        try:
            routing.accept(offer_id=offer, agent=agent, now=now)
        except routing.NotPossible:
            return

    def _talk(self, segment: Segment, agent: Agent, now: datetime) -> None:
        """Answer the customer after a while; do what the contact is about; end when everything is said."""
        interaction = segment.interaction
        last = Message.objects.filter(interaction=interaction).order_by("-id").first()
        own = Message.objects.filter(interaction=interaction, segment=segment, author=Author.AGENT).count()
        waiting = last is None or last.author == Author.CUSTOMER
        since = max(last.at if last else segment.started_at, segment.started_at)
        lines = ANSWERS.get(interaction.language, ANSWERS["en"])
        if waiting and now - since > timedelta(seconds=self._think(last.pk if last else segment.pk, 4, 14)):
            if own == 1:
                self._do(interaction, agent, now)
            if own < 5:
                self._say(interaction, agent, lines[min(own, len(lines) - 1)], own, now)
            else:
                self._finish(interaction, agent, now)
        elif not waiting and now - since > timedelta(seconds=self._think(-segment.pk, 25, 60)):
            self._finish(interaction, agent, now)

    def _say(self, interaction: Interaction, agent: Agent, text: str, number: int, now: datetime) -> None:
        interactions.add_message(
            interaction=interaction, author=Author.AGENT, agent=agent, text=text,
            external_id=f"robot:{agent.pk}:{interaction.pk}:{number}", now=now,
        )  # fmt: skip

    def _do(self, interaction: Interaction, agent: Agent, now: datetime) -> None:
        target: Order | Holding | None = None
        action = ""
        if interaction.about_kind == "order":
            target, action = Order.objects.filter(pk=interaction.about_id or 0).first(), "look_up_order"
        elif interaction.about_kind == "holding":
            target = Holding.objects.filter(pk=interaction.about_id or 0, kind="account").first()
            action = "refresh_balance"
        if target is None:
            return
        try:
            scenarios.perform(action=action, target=target, interaction=interaction, by=agent, now=now)
        except Refused:
            return

    def _finish(self, interaction: Interaction, agent: Agent, now: datetime) -> None:
        settled = Disposition.objects.filter(code="settled").first()
        for topic in Topic.objects.filter(interaction=interaction, disposition=None, withdrawn_at=None):
            interactions.set_disposition(topic=topic, disposition=settled, now=now, by=agent)
        routing.finish_talk(interaction=interaction, by=agent, now=now)

    def _think(self, about: int, least: float, most: float) -> float:
        """How long a robot takes over this, always the same for the same thing."""
        return Random(about).uniform(least, most)


@contextlib.contextmanager
def _patience() -> Iterator[None]:
    """A database that goes away is back soon, and what was being done is done at the next look."""
    try:
        yield
    except DatabaseError as problem:
        log.warning("a robot waits for the database: %s", type(problem).__name__)
        close_old_connections()
