"""The people and organisations we serve, and the addresses they can be reached at."""

from typing import Any

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _


class CustomerKind(models.TextChoices):
    PERSON = "person", _("Person")
    ORGANISATION = "organisation", _("Organisation")


class CustomerQuery(models.QuerySet["Customer"]):
    def visible_to(self, agent: Any) -> "CustomerQuery":
        """Whoever handles contacts may find any customer; a practising agent sees practice customers only."""
        if not agent.is_authenticated or not agent.is_active:
            return self.none()
        return self.filter(practice=agent.practising)


@pghistory.track(exclude=["tokens"])
class Customer(models.Model):
    """One person or organisation. `survivor` is set by a merge: reads go through it, rows stay where they are."""

    kind = models.CharField(max_length=12, choices=CustomerKind, default=CustomerKind.PERSON)
    name = models.CharField(max_length=200)
    given_name = models.CharField(max_length=100, blank=True)
    family_name = models.CharField(max_length=100, blank=True)
    language = models.CharField(max_length=10, blank=True)
    born_on = models.DateField(null=True, blank=True)
    address = models.CharField(max_length=300, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2, blank=True)
    value_band = models.PositiveSmallIntegerField(default=0, help_text="0 ordinary … 3 most valuable.")
    external_id = models.CharField(max_length=100, blank=True, help_text="The customer's id in the host's own systems.")
    survivor = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    practice = models.BooleanField(default=False)
    tokens = ArrayField(models.IntegerField(), default=list, editable=False, help_text="Ids of the words of the name.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CustomerQuery.as_manager()

    class Meta:
        indexes = [
            GinIndex(fields=["tokens"], name="customer_tokens", fastupdate=False),
            models.Index(fields=["external_id"], name="customer_external_id", condition=~models.Q(external_id="")),
            models.Index(fields=["postcode", "born_on"], name="customer_place_birth"),
            models.Index(models.functions.Lower("city"), name="customer_town", condition=~models.Q(city="")),
        ]

    def __str__(self) -> str:
        return self.name


class NameToken(models.Model):
    """A distinct folded word of names; all fuzzy keys hang on it, never on customers."""

    text = models.CharField(max_length=80, unique=True, db_collation="C")


class NameKey(models.Model):
    """One fuzzy key of one token (see fanal.norms.spelling)."""

    pk = models.CompositePrimaryKey("key", "token_id")
    key = models.CharField(max_length=90, db_collation="C")
    token = models.ForeignKey(NameToken, models.CASCADE, db_index=False, related_name="keys")


class CustomerToken(models.Model):
    """Which customers bear a token: the way in for one-word searches."""

    pk = models.CompositePrimaryKey("token_id", "customer_id")
    token = models.ForeignKey(NameToken, models.CASCADE, db_index=False)
    customer = models.ForeignKey(Customer, models.CASCADE, db_index=False)


class ContactPointKind(models.TextChoices):
    PHONE = "phone", _("Phone")
    EMAIL = "email", _("E-mail")
    HANDLE = "handle", _("Messenger")


class ContactPointState(models.TextChoices):
    VALID = "valid", _("Well-formed")
    DELIVERABLE = "deliverable", _("Deliverable")
    VERIFIED = "verified", _("Verified")
    BOUNCED = "bounced", _("Bounced")
    DISCONNECTED = "disconnected", _("Disconnected")
    INVALID = "invalid", _("Not valid")


@pghistory.track()
class ContactPoint(models.Model):
    """One reachable address of one customer: the normal form for finding, the given form for showing."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="contact_points")
    kind = models.CharField(max_length=10, choices=ContactPointKind)
    value = models.CharField(max_length=200, db_collation="C", help_text="Normal form: E.164, lower-case e-mail.")
    given = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=12, choices=ContactPointState, default=ContactPointState.VALID)
    state_at = models.DateTimeField(null=True)
    preferred = models.BooleanField(default=False)
    shared = models.BooleanField(default=False, help_text="A household's line or a company's switchboard.")
    ended_at = models.DateTimeField(null=True, help_text="No longer theirs; kept, but nobody is found by it.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "kind", "value"], name="contact_point_once")]
        indexes = [
            models.Index(fields=["kind", "value"], name="contact_point_value"),
            models.Index(
                models.functions.Right("value", 7), name="contact_point_phone_tail", condition=models.Q(kind="phone")
            ),
        ]

    def __str__(self) -> str:
        return self.value


class RelationshipKind(models.TextChoices):
    HOUSEHOLD = "household", _("Same household")
    FAMILY = "family", _("Family")
    GUARDIAN = "guardian", _("Guardian")
    REPRESENTATIVE = "representative", _("Representative")
    EMPLOYEE = "employee", _("Works for")


@pghistory.track()
class Relationship(models.Model):
    """`person` may act for `represents` within `powers`; without powers they merely know each other."""

    person = models.ForeignKey(Customer, models.CASCADE, related_name="relationships")
    represents = models.ForeignKey(Customer, models.CASCADE, related_name="represented_by")
    kind = models.CharField(max_length=15, choices=RelationshipKind)
    powers = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, help_text="Codes of customer actions."
    )
    verified_at = models.DateTimeField(null=True)
    ends_on = models.DateField(null=True, blank=True, help_text="The last day on which it holds.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "represents", "kind"], name="relationship_once")]
