"""Who else is in a contact beside its owner: asked, together with the customer, or supervising."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fanal.agents.models import Agent
from fanal.interactions.models.contacts import Interaction
from fanal.interactions.models.dialling import Dial


class InCall(models.TextChoices):
    ASKED = "asked", pgettext_lazy("in a call", "Asked")
    TOGETHER = "together", pgettext_lazy("in a call", "In the call")
    LISTENS = "listens", pgettext_lazy("in a call", "Listens")
    WHISPERS = "whispers", pgettext_lazy("in a call", "Whispers")
    JOINS = "joins", pgettext_lazy("in a call", "Joined in")


SUPERVISES = (InCall.LISTENS, InCall.WHISPERS, InCall.JOINS)
WITH_CUSTOMER = (InCall.TOGETHER, InCall.JOINS)


class PartEnd(models.TextChoices):
    LEFT = "left", pgettext_lazy("in a call", "Left")
    LET_GO = "let_go", _("Let go")
    UNANSWERED = "unanswered", _("Not answered")
    DECLINED = "declined", _("Declined")
    LOST = "lost", _("Line lost")
    GOT_IT = "got_it", _("Has the contact now")
    NO_RIGHT = "no_right", _("May not listen any more")
    OVER = "over", _("The contact ended")


class Participation(models.Model):
    """Somebody else in a contact: an agent, a number outside, or whoever of a queue takes it (neither, until then).

    `how` is how they are in it now; each change is an event. Who is asked speaks with the owner while the customer is
    held, and is held themselves while the owner speaks with the customer.
    """

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="participations")
    how = models.CharField(max_length=8, choices=InCall)
    agent = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+", db_index=False)
    number = models.CharField(max_length=20, blank=True, help_text="Outside, in international form.")
    dial = models.OneToOneField(
        Dial, models.PROTECT, null=True, related_name="participation", help_text="What allows the number to be called."
    )
    why = models.TextField(blank=True, help_text="What they are told before they answer.")
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+", db_index=False)
    began_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True, help_text="They answered.")
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=10, choices=PartEnd, blank=True)

    class Meta:
        ordering = ["began_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(agent=None) | Q(number=""), name="participation_of_one"),
            models.CheckConstraint(condition=Q(number="") | Q(dial__isnull=False), name="number_outside_was_allowed"),
            models.CheckConstraint(condition=~Q(how__in=SUPERVISES) | Q(agent__isnull=False), name="supervisor_is_one"),
            models.UniqueConstraint(
                fields=["interaction", "agent"],
                condition=Q(ended_at=None, agent__isnull=False),
                name="agent_in_contact_once",
            ),
            models.UniqueConstraint(
                fields=["interaction", "number"], condition=Q(ended_at=None) & ~Q(number=""), name="number_in_call_once"
            ),
            models.UniqueConstraint(
                fields=["interaction"], condition=Q(ended_at=None, how="asked"), name="one_is_asked_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, end="") | (Q(ended_at__gte=F("began_at")) & ~Q(end="")),
                name="participation_says_how_it_ended",
            ),
            models.CheckConstraint(
                condition=Q(joined_at=None) | Q(joined_at__gte=F("began_at")), name="participation_not_negative"
            ),
        ]
        indexes = [models.Index(fields=["agent"], name="participation_open", condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return f"{self.get_how_display()} {self.agent or self.number}"
