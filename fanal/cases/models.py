"""The matters that customers want settled."""

from typing import Any

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fanal.agents.models import Agent, Permission, Team, Tier
from fanal.customers.models import Customer
from fanal.holdings.models import Holding, Order


class CaseType(models.Model):
    """A kind of matter: enquiry, complaint, fault, change."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    default_priority = models.PositiveSmallIntegerField(default=2)
    tier = models.ForeignKey(Tier, models.PROTECT, null=True, blank=True, help_text="The line that starts on it.")
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Category(models.Model):
    """What a matter is about, as a tree; topics and cases share it."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class CaseState(models.TextChoices):
    OPEN = "open", pgettext_lazy("case", "Open")
    PENDING = "pending", _("Waiting for the customer")
    SETTLED = "settled", _("Settled")


class Priority(models.IntegerChoices):
    LOW = 1, _("Low")
    NORMAL = 2, _("Normal")
    HIGH = 3, _("High")
    URGENT = 4, _("Urgent")


class CaseOrigin(models.TextChoices):
    AGENT = "agent", _("Opened by an agent")
    RULE = "rule", _("Made itself")
    CUSTOMER = "customer", _("Opened by the customer")
    SPLIT = "split", _("Split from another case")


class CaseQuery(models.QuerySet["Case"]):
    def visible_to(self, agent: Any) -> "CaseQuery":
        """All cases for those who may see all; else the own, the unowned and those of the own team."""
        if not agent.is_authenticated or not agent.is_active:
            return self.none()
        rows = self.filter(practice=agent.practising)
        if agent.may(Permission.SEE_ALL_CASES):
            return rows
        mine = models.Q(owner=agent) | models.Q(owner=None)
        return rows.filter(mine | models.Q(team=agent.team_id)) if agent.team_id else rows.filter(mine)


# What the list of cases is filtered by: beside the order, so that the index alone finds a page and counts.
LISTED = [
    "id",
    "priority",
    "state",
    "practice",
    "withdrawn_at",
    "owner",
    "team",
    "tier",
    "type",
    "category",
    "customer",
]


@pghistory.track()
class Case(models.Model):
    """One matter. Without a customer it is non-personal until someone is found. Never deleted."""

    number = models.BigIntegerField(
        unique=True, db_default=models.Func(function="nextval", template="nextval('case_number')")
    )
    type = models.ForeignKey(CaseType, models.PROTECT)
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True)
    subject = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=CaseState, default=CaseState.OPEN)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL)
    origin = models.CharField(max_length=10, choices=CaseOrigin)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="cases")
    holding = models.ForeignKey(Holding, models.PROTECT, null=True, blank=True, related_name="cases")
    order = models.ForeignKey(Order, models.PROTECT, null=True, blank=True, related_name="cases")
    owner = models.ForeignKey(Agent, models.PROTECT, null=True, blank=True, related_name="cases")
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True)
    tier = models.ForeignKey(Tier, models.PROTECT, null=True, blank=True)
    split_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="split_into")
    withdrawn_at = models.DateTimeField(null=True, help_text="«Not this»: made by mistake; kept, but in no figure.")
    practice = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    reopened_count = models.PositiveSmallIntegerField(default=0)

    objects = CaseQuery.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="settled", settled_at__isnull=False)
                | (~models.Q(state="settled") & models.Q(settled_at=None)),
                name="settled_case_has_a_time",
            )
        ]
        indexes = [
            models.Index(fields=["state", "-updated_at"], name="case_by_state"),
            models.Index(fields=["-updated_at"], name="case_latest"),
            models.Index(fields=["owner", "state", "-updated_at"], name="case_of_owner"),
            models.Index(fields=["customer", "-opened_at"], name="case_of_customer"),
            models.Index(fields=["-priority", "updated_at"], name="case_urgent"),
            models.Index(
                fields=["-updated_at"], name="case_unsettled", condition=~models.Q(state="settled"), include=LISTED
            ),
            models.Index(
                fields=["-priority", "updated_at"],
                name="case_unsettled_urgent",
                condition=~models.Q(state="settled"),
                include=["id", *LISTED[2:]],
            ),
            models.Index(fields=["-updated_at"], name="case_withdrawn", condition=models.Q(withdrawn_at__isnull=False)),
            models.Index(fields=["-updated_at"], name="case_practice", condition=models.Q(practice=True)),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.subject}"


class CaseNote(models.Model):
    """An internal note on a case."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="notes")
    by = models.ForeignKey(Agent, models.PROTECT)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]


class CaseViewer(models.Model):
    """Who is looking at a case right now: the collision mark, refreshed while the page is open."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="viewers")
    agent = models.ForeignKey(Agent, models.CASCADE)
    seen_at = models.DateTimeField()
    writing = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "agent"], name="viewer_once")]
