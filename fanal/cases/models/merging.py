"""Cases that are one matter, and parts that became a matter of their own: facts that can be taken back."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from fanal.agents.models import Agent
from fanal.cases.models.case import Case


class CaseMerge(models.Model):
    """A case was the same matter as another; `merged_into` of the case says where to read on.

    What was said and done stays where it is. What is known and what is to be done goes along: `carried` says what.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="merges")
    into = models.ForeignKey(Case, models.PROTECT, related_name="+", db_index=False)
    why = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state_before = models.CharField(max_length=10)
    settled_before = models.DateTimeField(null=True)
    carried = models.JSONField(default=dict, db_default={}, help_text="What went along, by ids and codes.")
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(taken_back_at=None), name="merged_once"),
            models.CheckConstraint(condition=~Q(case=F("into")), name="not_merged_into_itself"),
        ]


class CaseSplit(models.Model):
    """Part of a case became a second one, and which notes and contacts went along."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_index=False)
    into = models.OneToOneField(Case, models.PROTECT, related_name="split")
    notes = ArrayField(models.BigIntegerField(), default=list, help_text="Those that went along.")
    topics = ArrayField(models.BigIntegerField(), default=list, help_text="Those made for the second case.")
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+")
