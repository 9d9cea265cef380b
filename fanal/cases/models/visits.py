"""A technician's visit to a customer: its slot, its address, the parts that go along, and what came of it."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fanal.agents.models import Agent
from fanal.cases.models.case import Case
from fanal.holdings.models import Product


class VisitState(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("visit", "Planned")
    ON_THE_WAY = "on_the_way", pgettext_lazy("visit", "On the way")
    DONE = "done", pgettext_lazy("visit", "Done")
    NOT_DONE = "not_done", pgettext_lazy("visit", "Not done")
    CANCELLED = "cancelled", pgettext_lazy("visit", "Cancelled")


COMES = (VisitState.PLANNED, VisitState.ON_THE_WAY)


class VisitOutcome(models.TextChoices):
    SETTLED = "settled", pgettext_lazy("visit", "Settled")
    AGAIN = "again", _("Another visit is needed")
    NOBODY_THERE = "nobody_there", _("Nobody was there")
    NO_ACCESS = "no_access", _("No access")
    PART_MISSING = "part_missing", _("A part was missing")
    OTHER = "other", pgettext_lazy("visit", "Something else")


class VisitQuery(models.QuerySet["Visit"]):
    def visible_to(self, agent: Any) -> "VisitQuery":
        """One's own, and those of the cases that one may see."""
        return self.filter(Q(technician=agent.pk) | Q(case__in=Case.objects.visible_to(agent).values("pk")))


class Visit(models.Model):
    """One slot of one technician at one address. Never deleted."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="visits")
    technician = models.ForeignKey(Agent, models.PROTECT, related_name="visits", db_index=False)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    zone = models.CharField(max_length=60, help_text="IANA name: the slot is said in the time of its place.")
    address = models.CharField(max_length=300)
    task = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=VisitState, default=VisitState.PLANNED)
    outcome = models.CharField(max_length=12, choices=VisitOutcome, blank=True, default="")
    word = models.TextField(blank=True, help_text="What was done, or why it was not.")
    planned_by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    set_out_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = VisitQuery.as_manager()

    class Meta:
        ordering = ["begins_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("begins_at")), name="visit_ends_after_it_began"),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "on_the_way"], ended_at=None)
                | (~Q(state__in=["planned", "on_the_way"]) & Q(ended_at__isnull=False)),
                name="visit_over_has_a_time",
            ),
            # An id as a range of one: so that the plain index of ranges does, without an extension.
            ExclusionConstraint(
                name="technician_at_one_place",
                expressions=[
                    (
                        Func(F("technician"), F("technician"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (Func(F("begins_at"), F("ends_at"), function="tstzrange"), RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=["planned", "on_the_way"]),
            ),
        ]
        indexes = [models.Index(fields=["technician", "begins_at"], name="visit_of_technician")]

    def __str__(self) -> str:
        return f"{self.case_id} · {self.begins_at:%Y-%m-%d %H:%M}"


class VisitPart(models.Model):
    """Something that goes along: a product of ours or anything by its name; `used` is known when it is over."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="parts")
    product = models.ForeignKey(Product, models.PROTECT, null=True, related_name="+")
    text = models.CharField(max_length=120)
    quantity = models.PositiveSmallIntegerField(default=1)
    used = models.BooleanField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(quantity__gte=1), name="part_at_least_one")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.text}"
