"""Who follows a case, and what each person is told of: until they open it, it stands in their list."""

from django.db import models
from django.db.models import Q

from fanal.agents.models import Agent
from fanal.cases.models.case import Case


class CaseFollower(models.Model):
    """Somebody who wants to hear of a case that is not theirs."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="followers", db_index=False)
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="followed")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "agent"], name="follower_once")]


class Notice(models.Model):
    """One thing told to one person; the same again, while it is unread, only gets a new time."""

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="notices", db_index=False)
    kind = models.CharField(max_length=24, help_text="A code; its words are the desk's.")
    case = models.ForeignKey(Case, models.CASCADE, related_name="notices")
    by = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agent", "case", "kind"], condition=Q(read_at=None), name="notice_unread_once"
            ),
        ]
        indexes = [models.Index(fields=["agent", "-at"], name="notice_latest")]
