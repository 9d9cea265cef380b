"""A contact that is kept for legal reasons: what was recorded and written down of it outlives its days."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from fanal.agents.models import Agent
from fanal.interactions.models.contacts import Interaction

LONGEST_REASON = 300


class LegalHoldQuery(models.QuerySet["LegalHold"]):
    def running(self) -> "LegalHoldQuery":
        """Those that nobody has lifted."""
        return self.filter(lifted_at=None)


class LegalHold(models.Model):
    """From when to when, by whom and why. It is never deleted; a contact is held again by a row of its own."""

    interaction = models.ForeignKey(Interaction, models.PROTECT, related_name="legal_holds")
    reason = models.CharField(max_length=LONGEST_REASON)
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    lifted_by = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+", db_index=False)
    lifted_why = models.CharField(max_length=LONGEST_REASON, blank=True)
    lifted_at = models.DateTimeField(null=True)

    objects = LegalHoldQuery.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["interaction"], condition=Q(lifted_at=None), name="one_legal_hold_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="legal_hold_has_a_reason"),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None, lifted_why="")
                | Q(lifted_at__gte=F("at"), lifted_by__isnull=False) & ~Q(lifted_why=""),
                name="lifted_by_somebody_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.interaction} {self.at:%Y-%m-%d}"


def held_with(*contacts: str) -> Exists:
    """Whether a contact that one of these fields of a row names is held, so that the row is kept."""
    of_it = Q()
    for field in contacts:
        of_it |= Q(interaction=OuterRef(field))
    return Exists(LegalHold.objects.running().filter(of_it))
