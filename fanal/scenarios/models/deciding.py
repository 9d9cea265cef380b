"""What should happen to a contact: inbound scenarios, customer actions and the cases that make themselves."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fanal.agents.models import Agent
from fanal.cases.models import Case, CaseType, Category
from fanal.customers.models import Customer
from fanal.holdings.models import CommandState, Holding, Order, SourceCommand
from fanal.interactions.models import Disposition, Interaction, Topic
from fanal.routing.models import Queue


class Scenario(models.Model):
    """A rule on an arriving contact: when all conditions hold, what opens and where it goes. First match wins."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    position = models.PositiveIntegerField(default=100, help_text="Smaller is asked first.")
    conditions = models.JSONField(
        default=list, help_text='[{"what": "entry_page", "is": "contains", "value": "/orders"}]'
    )
    queue = models.ForeignKey(Queue, models.PROTECT)
    priority = models.PositiveSmallIntegerField(null=True, blank=True)
    skills = models.JSONField(default=dict, blank=True, help_text="Skill code to least level.")
    opens = models.CharField(
        max_length=20, default="customer", help_text="customer, order, holding, case, form or search."
    )
    form = models.CharField(max_length=60, blank=True)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, help_text="First topic of the contact."
    )
    prefer_last_agent = models.BooleanField(default=False)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class ScenarioMatch(models.Model):
    """Which scenario an interaction met, and why it and not the ones before it."""

    interaction = models.OneToOneField(Interaction, models.CASCADE, related_name="scenario_match")
    scenario = models.ForeignKey(Scenario, models.PROTECT, null=True)
    why = models.JSONField(default=list)
    at = models.DateTimeField()


class CaseRule(models.Model):
    """Which customer action in which scenario makes which case."""

    code = models.SlugField(unique=True)
    action = models.CharField(max_length=60, help_text="Code of a customer action.")
    scenario = models.ForeignKey(Scenario, models.PROTECT, null=True, blank=True, help_text="None: in any.")
    case_type = models.ForeignKey(CaseType, models.PROTECT)
    category = models.ForeignKey(Category, models.PROTECT)
    subject = models.CharField(max_length=120, help_text="With {object} for what it was done to.")
    settles = models.BooleanField(default=True)
    disposition = models.ForeignKey(Disposition, models.PROTECT, null=True, blank=True)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.code


class Face(models.TextChoices):
    DESK = "desk", _("Desk")
    WIDGET = "widget", _("Widget")
    API = "api", _("API")


class ActionRecord(models.Model):
    """A named customer action that was performed: on what, for whom, by whom, and the case it made."""

    action = models.CharField(max_length=60)
    face = models.CharField(max_length=6, choices=Face)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True)
    holding = models.ForeignKey(Holding, models.PROTECT, null=True)
    order = models.ForeignKey(Order, models.PROTECT, null=True)
    interaction = models.ForeignKey(Interaction, models.PROTECT, null=True, related_name="actions")
    topic = models.ForeignKey(Topic, models.PROTECT, null=True, related_name="actions")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="actions")
    by = models.ForeignKey(Agent, models.PROTECT, null=True)
    at = models.DateTimeField()
    outcome = models.JSONField(default=dict)
    state = models.CharField(
        max_length=8,
        choices=CommandState,
        default=CommandState.DONE,
        db_default=CommandState.DONE,
        help_text="Of what a back office carries out; what we do ourselves is done at once.",
    )
    command = models.OneToOneField(SourceCommand, models.PROTECT, null=True, related_name="record")
    withdrawn_at = models.DateTimeField(null=True)
