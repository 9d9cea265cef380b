"""What happened, append-only: the source of every figure and of every push to a browser."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class TransactionId(models.Field):  # type: ignore[type-arg]
    """PostgreSQL's xid8: the transaction that wrote a row, by which readers know what has committed before what."""

    def db_type(self, connection: object) -> str:
        return "xid8"


class CurrentTransaction(models.Func):
    template = "pg_current_xact_id()"
    output_field = TransactionId()


class Cursor(models.Model):
    """How far somebody has followed the events, in the order in which they were committed; each keeps their own."""

    name = models.CharField(max_length=20, primary_key=True)
    xid = TransactionId()
    event = models.BigIntegerField()

    class Meta:
        abstract = True


class Event(models.Model):
    """One thing that happened: its kind, the ids and codes it concerns, and who may see it. Never personal data."""

    xid = TransactionId(db_default=CurrentTransaction(), editable=False)
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()
    by = models.BigIntegerField(null=True, help_text="The agent who did it; null when the program or a customer did.")
    data = models.JSONField(default=dict)
    audience = ArrayField(models.CharField(max_length=60), default=list)

    class Meta:
        indexes = [
            models.Index(fields=["xid", "id"], name="event_in_commit_order"),
            models.Index(fields=["kind", "at"], name="event_by_kind"),
            models.Index(
                models.F("data__interaction"),
                "id",
                name="event_of_interaction",
                condition=models.Q(data__has_key="interaction"),
            ),
            models.Index(models.F("data__case"), "id", name="event_of_case", condition=models.Q(data__has_key="case")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"
