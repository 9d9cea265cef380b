"""The matters that customers want settled."""

from typing import Any

import pghistory
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
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
    burst_number = models.PositiveSmallIntegerField(
        default=5, db_default=5, help_text="So many cases that are alike make a notice; 0 makes none."
    )
    burst_minutes = models.PositiveIntegerField(
        default=120, db_default=120, help_text="… opened within so many minutes."
    )
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


class _OneOf(models.Func):
    """One of a list that is read once: unlike an IN beside an OR, PostgreSQL can then find all of the OR by indexes."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY ("
    output_field = models.BooleanField()


class CaseQuery(models.QuerySet["Case"]):
    def visible_to(self, agent: Any) -> "CaseQuery":
        """All cases for those who may see all; else the own, the unowned, the own team's, and those one helps with."""
        if not agent.is_authenticated or not agent.is_active:
            return self.none()
        rows = self.filter(practice=agent.practising)
        if agent.may(Permission.SEE_ALL_CASES):
            return rows
        helped = CaseHelper.objects.filter(agent=agent, left_at=None).values("case")
        mine = models.Q(owner=agent) | models.Q(owner=None) | models.Q(_OneOf(models.F("pk"), ArraySubquery(helped)))
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


# When it is due is worked out anew again and again: the clocks say so, the history of the case need not.
@pghistory.track(exclude=["due_at", "at_risk_at"])
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
    values = models.JSONField(default=dict, db_default={}, blank=True, help_text="Field code to value, see CaseField.")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", help_text="The problem behind it."
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        db_index=False,
        help_text="Where it is read on.",
    )
    split_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="split_into")
    withdrawn_at = models.DateTimeField(null=True, help_text="«Not this»: made by mistake; kept, but in no figure.")
    practice = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    reopened_count = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True, help_text="When the first of its running clocks is due.")
    at_risk_at = models.DateTimeField(null=True, blank=True, help_text="When the first of them is at risk.")

    objects = CaseQuery.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="settled", settled_at__isnull=False)
                | (~models.Q(state="settled") & models.Q(settled_at=None)),
                name="settled_case_has_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(parent=None) | ~models.Q(parent=models.F("id")), name="case_not_below_itself"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-updated_at"], name="case_by_state"),
            models.Index(fields=["-updated_at"], name="case_latest"),
            models.Index(fields=["owner", "state", "-updated_at"], name="case_of_owner"),
            models.Index(
                fields=["owner", "-priority", "-updated_at"],
                name="case_in_hand",
                condition=models.Q(withdrawn_at=None) & ~models.Q(state="settled"),
            ),
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
            models.Index(
                fields=["due_at", "id"],
                name="case_unsettled_due",
                condition=~models.Q(state="settled"),
                include=["at_risk_at", "updated_at", *LISTED[1:]],
            ),
            GinIndex(SearchVector("subject", config="simple"), name="case_subject_words"),
            models.Index(fields=["merged_into"], name="case_merged", condition=models.Q(merged_into__isnull=False)),
            models.Index(fields=["-updated_at"], name="case_withdrawn", condition=models.Q(withdrawn_at__isnull=False)),
            models.Index(fields=["-updated_at"], name="case_practice", condition=models.Q(practice=True)),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.subject}"


class CaseTrait(models.Model):
    """One thing by which a case is like others: a word of its subject (`w:`) or its product (`p:`), newest first."""

    pk = models.CompositePrimaryKey("case_id", "trait")
    case = models.ForeignKey(Case, models.CASCADE, related_name="traits", db_index=False)
    trait = models.CharField(max_length=40, db_collation="C")
    opened_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["trait", "-opened_at"], name="cases_by_trait", include=["case"])]


class Burst(models.Model):
    """Many cases that are alike within a short time: told to supervision once, and kept up while it lasts."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="bursts", help_text="The one it was noticed by.")
    number = models.PositiveIntegerField()
    noticed_at = models.DateTimeField()
    last_at = models.DateTimeField(db_index=True)


class CaseNote(models.Model):
    """An internal note on a case."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="notes")
    by = models.ForeignKey(Agent, models.PROTECT)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]


class Part(models.TextChoices):
    HELPS = "helps", _("Helps")
    ASKED = "asked", _("Was asked")
    VISITS = "visits", _("Visits the customer")


class CaseHelper(models.Model):
    """Who works on a case beside its owner, from when until when: they see it and hear of it. The owner stays."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="helpers")
    agent = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    part = models.CharField(max_length=6, choices=Part, default=Part.HELPS)
    invited_by = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+", help_text="None: by themselves.")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "agent", "part"], condition=models.Q(left_at=None), name="helps_once"
            ),
            models.CheckConstraint(
                condition=models.Q(left_at=None) | models.Q(left_at__gte=models.F("joined_at")),
                name="helper_leaves_after_joining",
            ),
        ]
        indexes = [
            models.Index(fields=["agent"], name="helper_now", condition=models.Q(left_at=None), include=["case"])
        ]


class CaseViewer(models.Model):
    """Who is looking at a case right now: the collision mark, refreshed while the page is open."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="viewers")
    agent = models.ForeignKey(Agent, models.CASCADE)
    seen_at = models.DateTimeField()
    writing = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "agent"], name="viewer_once")]
