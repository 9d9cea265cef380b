"""The people who answer: agents, teams, tiers, skills, roles, their presence, and the phones at which they are rung."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    """What a role may do; each endpoint names the one it needs."""

    HANDLE = "handle", _("Handle interactions and cases")
    SEE_ALL_CASES = "see_all_cases", _("See every case")
    EXPORT = "export", _("Export rows")
    SUPERVISE_OWN_QUEUES = "supervise_own_queues", _("Supervise the own queues")
    SUPERVISE = "supervise", _("Supervise every queue and agent")
    ADMINISTER = "administer", _("Administer the configuration")
    BLOCK = "block", _("Block abusers")
    REPLAY = "replay", _("Replay input that was set aside")
    HEAR = "hear", _("Hear recordings of calls")
    HOLD = "hold", _("Keep contacts for legal reasons")


SUPERVISES = (Permission.SUPERVISE, Permission.SUPERVISE_OWN_QUEUES)
"""Who watches queues, all of them or the own: one of the two suffices."""


class FieldClass(models.TextChoices):
    """Classes of fields that a role may or may not see, whatever row it may see."""

    CONTACT = "contact", _("Addresses and numbers")
    PERSONAL = "personal", _("Date of birth and the like")
    FINANCIAL = "financial", _("Balances and cards")


class Role(models.Model):
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=60)
    permissions = ArrayField(models.CharField(max_length=30, choices=Permission), default=list, blank=True)
    field_classes = ArrayField(models.CharField(max_length=30, choices=FieldClass), default=list, blank=True)

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.name


class Tier(models.Model):
    """A line of support: first, second, third, field."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=60)
    rank = models.PositiveSmallIntegerField(unique=True)
    visits = models.BooleanField(default=False, db_default=False, help_text="Its people go to customers.")

    class Meta:
        ordering = ["rank"]

    def __str__(self) -> str:
        return self.name


class Skill(models.Model):
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.name


class AgentManager(BaseUserManager["Agent"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "Agent":
        agent = self.model(email=self.normalize_email(email), **fields)
        agent.set_password(password)
        agent.save(using=self._db)
        return agent


def default_capacity() -> dict[str, int]:
    return {"webchat": 3, "email": 5, "voice": 1, "sms": 5, "simulated": 3}


class Agent(AbstractBaseUser):
    """A person who signs in: agent, queue manager, supervisor or administrator, by role."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100)
    role = models.ForeignKey(Role, models.PROTECT)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True)
    tier = models.ForeignKey(Tier, models.SET_NULL, null=True, blank=True)
    language = models.CharField(max_length=10, default="en", help_text="Of the screens.")
    is_active = models.BooleanField(default=True)
    practising = models.BooleanField(default=False, help_text="Handles simulated customers only, outside the figures.")
    capacity = models.JSONField(default=default_capacity, help_text="How many interactions at once, per channel kind.")
    authority = models.PositiveIntegerField(default=1, help_text="Raised by every change of rights: open streams end.")
    preferences = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[AgentManager] = AgentManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="agent_email_once")]

    def __str__(self) -> str:
        return self.name

    def may(self, permission: Permission) -> bool:
        return self.is_active and permission in self.role.permissions

    def sees(self, field_class: FieldClass) -> bool:
        return field_class in self.role.field_classes


class AgentSkill(models.Model):
    """How well an agent can do something: 1 can help out, 5 the best there is."""

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, models.CASCADE, related_name="agents")
    level = models.PositiveSmallIntegerField(default=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent", "skill"], name="skill_once_per_agent"),
            models.CheckConstraint(condition=models.Q(level__range=(1, 5)), name="skill_level_1_to_5"),
        ]


class Presence(models.TextChoices):
    OFFLINE = "offline", _("Offline")
    AVAILABLE = "available", _("Available")
    NOT_ANSWERING = "not_answering", _("Not answering")
    UNREACHABLE = "unreachable", _("Unreachable")
    BREAK = "break", _("Break")


class BreakReason(models.Model):
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=60)
    counts_as_productive = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class AgentState(models.Model):
    """One stretch of presence of one agent; the open one is the present state."""

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="states")
    state = models.CharField(max_length=15, choices=Presence)
    reason = models.ForeignKey(BreakReason, models.PROTECT, null=True, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    by = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent"], condition=models.Q(ended_at=None), name="one_present_state"),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("started_at")),
                name="state_not_negative",
            ),
        ]
        indexes = [models.Index(fields=["agent", "-started_at"], name="state_of_agent")]


class Invitation(models.Model):
    """An invitation to join, good for a few days, once; only the hash of its token is kept."""

    email = models.EmailField()
    name = models.CharField(max_length=100)
    role = models.ForeignKey(Role, models.PROTECT)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class KeyRight(models.TextChoices):
    """What a key is for; within that it may what its agent may."""

    FIGURES = "figures", _("Read the figures")
    READ = "read", _("Read customers, orders, contacts and cases")
    WRITE = "write", _("Open, note and settle cases")


def every_key_right() -> list[str]:
    return list(KeyRight.values)


class ApiKey(models.Model):
    """A key with which a program asks in somebody's name: it may and sees what that person does, until it ends.

    Only the hash is kept; `prefix` is the beginning of the key, so that people can tell two apart.
    """

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=60)
    rights = ArrayField(models.CharField(max_length=10, choices=KeyRight), default=every_key_right)
    prefix = models.CharField(max_length=12)
    secret_hash = models.CharField(max_length=64, unique=True, db_collation="C")
    created_by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, help_text="To the hour.")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")), name="api_key_ends_after_it_began"
            )
        ]

    def __str__(self) -> str:
        return self.name


class KeptAnswer(models.Model):
    """The answer to a request that wrote something, under the sender's Idempotency-Key: a repeat gets it again."""

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200, db_collation="C")
    fingerprint = models.CharField(max_length=64, help_text="Of method, address and body.")
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "key"], name="kept_answer_once")]
        indexes = [models.Index(fields=["agent", "at"], name="kept_answer_age")]


class PhoneKind(models.TextChoices):
    BROWSER = "browser", _("In the browser")
    DESK = "desk", _("On the desk")


class PhoneLineQuery(models.QuerySet["PhoneLine"]):
    def open(self) -> "PhoneLineQuery":
        return self.filter(ended_at=None)

    def there(self) -> "PhoneLineQuery":
        """The PBX has them."""
        return self.open().filter(reachable=True)

    def reachable(self) -> "PhoneLineQuery":
        """Those at which somebody can be rung now, and wants to be."""
        return self.there().filter(rings=True)


class PhoneLine(models.Model):
    """A phone at which an agent is rung, as the PBX knows it; no second one ever has its name.

    A browser signs in at the PBX under the name with a secret that lives as long as the line, and so does a phone on
    the desk; one of those may instead be called at an address that an administrator entered, and signs in nowhere.
    """

    agent = models.ForeignKey(Agent, models.PROTECT, related_name="phone_lines")
    kind = models.CharField(max_length=7, choices=PhoneKind)
    name = models.CharField(max_length=40, unique=True, db_collation="C", help_text="Of the endpoint on the PBX.")
    secret = models.CharField(max_length=300, blank=True, help_text="Sealed; forgotten when the line ends.")
    session = models.CharField(max_length=64, blank=True, help_text="Hash of the key of the sign-in it was issued to.")
    address = models.CharField(max_length=120, blank=True, help_text="sip:name@address:port of a phone on the desk.")
    issued_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    rings = models.BooleanField(default=True, help_text="This is where the person wants to be rung.")
    place = models.CharField(max_length=60, blank=True, help_text="Address and port where it signed in last.")
    reachable = models.BooleanField(default=False, help_text="The PBX says so: an offer of a call can ring here.")
    reachable_at = models.DateTimeField(null=True, help_text="Since when it is, or is not.")

    objects = PhoneLineQuery.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agent", "kind"], condition=models.Q(ended_at=None), name="one_open_phone_line_of_a_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("issued_at"), secret=""),
                name="ended_phone_line_has_no_secret",
            ),
            models.CheckConstraint(
                condition=(models.Q(kind="browser", address="") & (~models.Q(secret="") | ~models.Q(ended_at=None)))
                | (models.Q(kind="desk", secret="", session="") & ~models.Q(address=""))
                | (models.Q(kind="desk", address="", session="") & (~models.Q(secret="") | ~models.Q(ended_at=None))),
                name="phone_line_has_what_its_kind_needs",
            ),
            models.CheckConstraint(
                condition=models.Q(reachable=False) | models.Q(ended_at=None), name="ended_phone_line_is_not_reachable"
            ),
        ]

    def __str__(self) -> str:
        return self.name
