"""One change to many cases: what was asked for, what became of each, and how it is taken back."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fanal.agents.models import Agent
from fanal.cases.models.case import Case


class BulkKind(models.TextChoices):
    OWNER = "owner", _("Give them to somebody")
    TIER = "tier", _("Another line")
    QUEUE = "queue", _("Put them into a queue")
    PRIORITY = "priority", _("Another priority")
    CATEGORY = "category", _("Another category")
    TYPE = "type", _("Another type")
    PROBLEM = "problem", _("Put them below a problem")
    SETTLE = "settle", _("Settle them")


class BulkState(models.TextChoices):
    RUNNING = "running", _("under way")
    DONE = "done", _("done")
    UNDOING = "undoing", _("being taken back")
    UNDONE = "undone", _("taken back")


class BulkChange(models.Model):
    """Asked for once, done by the worker in batches."""

    kind = models.CharField(max_length=10, choices=BulkKind)
    value = models.JSONField(
        default=dict, help_text="`to`: the id or number it sets; `note` and `values`: of a settlement."
    )
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=BulkState, default=BulkState.RUNNING)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0, help_text="Looked at so far, refused ones included.")
    refused = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    undone = models.PositiveIntegerField(default=0)
    undone_by = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["at"], name="bulk_unfinished", condition=Q(state__in=["running", "undoing"])),
        ]


class BulkItem(models.Model):
    """One of the cases."""

    bulk = models.ForeignKey(BulkChange, models.CASCADE, related_name="items", db_index=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="+", db_index=False)
    before = models.JSONField(null=True, help_text="What stood there, for taking it back; null while it is not done.")
    refused = models.CharField(max_length=30, blank=True, default="", help_text="Why it could not be done.")
    names = models.JSONField(default=list, help_text="What the refusal is about.")
    left = models.BooleanField(default=True, help_text="Still to be looked at, in this direction.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bulk", "case"], name="bulk_item_once")]
        indexes = [models.Index(fields=["bulk", "case"], name="bulk_left", condition=Q(left=True))]
