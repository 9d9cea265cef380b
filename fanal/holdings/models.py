"""What a customer holds: accounts, cards, contracts, devices with their faults, and orders with their way."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fanal.agents.models import Agent
from fanal.customers.models import Customer


class Product(models.Model):
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    family = models.CharField(max_length=60, blank=True)

    def __str__(self) -> str:
        return self.name


class HoldingKind(models.TextChoices):
    ACCOUNT = "account", _("Account")
    CARD = "card", _("Card")
    CONTRACT = "contract", _("Contract")
    DEVICE = "device", _("Device")


class HoldingState(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("holding", "Active")
    BLOCKED = "blocked", pgettext_lazy("holding", "Blocked")
    EXPIRED = "expired", _("Expired")
    CLOSED = "closed", pgettext_lazy("holding", "Closed")


class HeldQuery(models.QuerySet[Any]):
    def visible_to(self, agent: Any) -> "HeldQuery":
        """A holding or order is as visible as the customer who has it."""
        return self.filter(customer__in=Customer.objects.visible_to(agent))


@pghistory.track()
class Holding(models.Model):
    """One account, card, contract or device. A card number is kept as a keyed hash and its last four digits only."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="holdings")
    kind = models.CharField(max_length=10, choices=HoldingKind)
    product = models.ForeignKey(Product, models.PROTECT, null=True, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    number = models.CharField(
        max_length=60, db_collation="C", help_text="Account, contract or serial number; a card's last four."
    )
    number_hash = models.CharField(
        max_length=64, blank=True, db_collation="C", help_text="Keyed hash of a card number."
    )
    state = models.CharField(max_length=10, choices=HoldingState, default=HoldingState.ACTIVE)
    balance = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    balance_at = models.DateTimeField(null=True, blank=True)
    begins_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    objects = HeldQuery.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["number"], name="holding_number"),
            models.Index(fields=["number_hash"], name="holding_number_hash", condition=~models.Q(number_hash="")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(kind="card") | models.Q(number__regex=r"^\d{4}$"), name="card_keeps_last_four_only"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class Fault(models.Model):
    """One fault of one device, with what settled it."""

    device = models.ForeignKey(Holding, models.CASCADE, related_name="faults")
    code = models.CharField(max_length=30)
    description = models.CharField(max_length=200, blank=True)
    reported_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    remedy = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-reported_at"]


class OrderState(models.TextChoices):
    PLACED = "placed", _("Placed")
    PAID = "paid", _("Paid")
    PACKED = "packed", _("Packed")
    SHIPPED = "shipped", _("On its way")
    DELIVERED = "delivered", _("Delivered")
    CANCELLED = "cancelled", _("Cancelled")
    RETURNED = "returned", _("Returned")


@pghistory.track()
class Order(models.Model):
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="orders")
    number = models.CharField(max_length=30, unique=True, db_collation="C")
    state = models.CharField(max_length=10, choices=OrderState, default=OrderState.PLACED)
    placed_at = models.DateTimeField()
    promised_on = models.DateField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    total = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    currency = models.CharField(max_length=3, default="EUR")
    carrier = models.CharField(max_length=60, blank=True)
    tracking_number = models.CharField(max_length=60, blank=True, db_collation="C")
    deliver_to = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True, help_text="When the carrier was last asked.")

    objects = HeldQuery.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["customer", "-placed_at"], name="order_of_customer"),
            models.Index(fields=["tracking_number"], name="order_tracking", condition=~models.Q(tracking_number="")),
            models.Index(models.functions.Right("number", 5), name="order_number_tail"),
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.PROTECT)
    quantity = models.PositiveIntegerField(default=1)
    price = models.DecimalField(max_digits=12, decimal_places=2, default=0)


class OrderStep(models.Model):
    """One thing that happened to an order on its way: the tracking."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="steps")
    state = models.CharField(max_length=10, choices=OrderState)
    at = models.DateTimeField()
    place = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at"]


class SourceKind(models.TextChoices):
    """What a back office may be the one to ask about."""

    ACCOUNT = "account", _("Account")
    CARD = "card", _("Card")
    CONTRACT = "contract", _("Contract")
    DEVICE = "device", _("Device")
    ORDER = "order", _("Order")
    CUSTOMER = "customer", _("Customer")


class SourceQuery(models.QuerySet["HoldingSource"]):
    def knowing(self, kind: Any) -> "SourceQuery":
        """Those that are asked about this kind of thing; `kind` may be a column of the row around it."""
        place = models.Func(
            models.F("kinds"), kind if hasattr(kind, "resolve_expression") else models.Value(kind),
            function="array_position", output_field=models.IntegerField(null=True),
        )  # fmt: skip
        return self.alias(place=place).filter(active=True, place__isnull=False)


class HoldingSource(models.Model):
    """A back office that knows better than our rows: where it is asked, and where in its answers things stand."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    kinds = ArrayField(models.CharField(max_length=10, choices=SourceKind), default=list)
    address = models.CharField(max_length=500, help_text="https://erp.example.org/orders/{number}")
    headers = models.JSONField(default=dict, blank=True)
    credential = models.JSONField(default=dict, blank=True, help_text="header, and its value, sealed.")
    paths = models.JSONField(default=dict, blank=True, help_text="Our field to where it stands in the answer.")
    words = models.JSONField(default=dict, blank=True, help_text="A state over there to one of ours.")
    within_ms = models.PositiveIntegerField(default=3000)
    retries = models.PositiveSmallIntegerField(default=1, help_text="Of questions only, never of actions.")
    fresh_seconds = models.PositiveIntegerField(default=60)
    at_once = models.PositiveSmallIntegerField(default=4, help_text="So many questions at the same time, no more.")
    active = models.BooleanField(default=True)

    objects = SourceQuery.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def fresh_for(self) -> timedelta:
        return timedelta(seconds=self.fresh_seconds)


class SourceAction(models.Model):
    """How one customer action is carried out over there."""

    source = models.ForeignKey(HoldingSource, models.CASCADE, related_name="actions")
    action = models.CharField(max_length=60, help_text="Code of a customer action.")
    method = models.CharField(max_length=6, default="POST")
    address = models.CharField(max_length=500)
    body = models.JSONField(null=True, blank=True)
    done = models.CharField(max_length=200, blank=True, help_text="Where the answer says that it was done …")
    done_is = models.CharField(max_length=60, blank=True, help_text="… and as what.")
    refusal = models.CharField(max_length=200, blank=True, help_text="Where a refusal says why.")
    number = models.CharField(max_length=200, blank=True, help_text="Where the number of what was made stands.")
    key_header = models.CharField(max_length=60, default="Idempotency-Key", blank=True)

    class Meta:
        ordering = ["action"]
        constraints = [models.UniqueConstraint(fields=["source", "action"], name="source_action_once")]


ONE_THING = models.Q(holding__isnull=False, order=None) | models.Q(holding=None, order__isnull=False)


class Reading(models.Model):
    """What became of the questions about one holding or order; what was learnt stands in its own row."""

    source = models.ForeignKey(HoldingSource, models.PROTECT, related_name="readings")
    holding = models.OneToOneField(Holding, models.CASCADE, null=True, related_name="reading")
    order = models.OneToOneField(Order, models.CASCADE, null=True, related_name="reading")
    wanted_at = models.DateTimeField(null=True, help_text="Somebody wants to know; null when nobody waits.")
    wanted_by = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="+")
    asking_at = models.DateTimeField(null=True, help_text="Claimed by a process that asks now.")
    tried_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True, default="", help_text="answered, slow, down, not_known.")
    problem = models.CharField(max_length=30, blank=True, default="")
    not_understood = models.JSONField(default=list, blank=True)
    read_at = models.DateTimeField(null=True, help_text="When it last answered.")
    as_of = models.DateTimeField(null=True, help_text="As of when what it said was true.")

    class Meta:
        constraints = [models.CheckConstraint(condition=ONE_THING, name="reading_of_one_thing")]
        indexes = [
            models.Index(fields=["wanted_at"], name="reading_wanted", condition=models.Q(wanted_at__isnull=False))
        ]


class CommandState(models.TextChoices):
    SENDING = "sending", _("Being sent")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")
    UNKNOWN = "unknown", _("Not known whether it was done")


class SourceCommand(models.Model):
    """Something a back office is to do, once. Never deleted; what it says in `fields` can be blanked."""

    key = models.UUIDField(unique=True, default=uuid4, editable=False)
    source = models.ForeignKey(HoldingSource, models.PROTECT, related_name="commands")
    action = models.CharField(max_length=60)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    holding = models.ForeignKey(Holding, models.PROTECT, null=True, related_name="commands")
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="commands")
    fields = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=CommandState, default=CommandState.SENDING)
    reason = models.CharField(max_length=30, blank=True, default="", help_text="Why it is not done, as a code.")
    said = models.CharField(max_length=300, blank=True, default="", help_text="The other side's own reason.")
    answer = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    wanted_at = models.DateTimeField(null=True, help_text="To be sent; null when nothing is to be sent any more.")
    sending_at = models.DateTimeField(null=True, help_text="Claimed by a process that sends it now.")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="sending") | models.Q(wanted_at=None, sending_at=None),
                name="answered_command_is_not_sent",
            )
        ]
        indexes = [
            models.Index(fields=["wanted_at"], name="command_wanted", condition=models.Q(wanted_at__isnull=False)),
            models.Index(fields=["sending_at"], name="command_sending", condition=models.Q(sending_at__isnull=False)),
        ]
