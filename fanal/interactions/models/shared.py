"""One answer for many: what was written once, and what became of it for each case."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fanal.agents.models import Agent
from fanal.cases.models import Case
from fanal.interactions.models.contacts import Interaction
from fanal.interactions.models.said import Message


class SharedAnswer(models.Model):
    """What is said to everybody whose case is like, or below, this one. The same words to the same case are one."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="shared_answers", db_index=False)
    key = models.CharField(max_length=64, help_text="The hash of its subject and words.")
    subject = models.CharField(max_length=500, blank=True)
    text = models.TextField()
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    goes_at = models.DateTimeField(null=True, help_text="Until then nothing is written, and it can be taken back.")
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="shared_answer_once")]
        indexes = [models.Index(fields=["id"], name="shared_answer_unfinished", condition=models.Q(done_at=None))]


class CopyState(models.TextChoices):
    PLANNED = "planned", _("To be written")
    WRITTEN = "written", _("Written")
    LEFT_OUT = "left_out", _("Left out")
    UNDONE = "undone", _("Taken back")


class AnswerCopy(models.Model):
    """What one case gets of it: the message, which is the same for several cases of one person, or why not."""

    answer = models.ForeignKey(SharedAnswer, models.CASCADE, related_name="copies", db_index=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="answer_copies")
    state = models.CharField(max_length=8, choices=CopyState, default=CopyState.PLANNED)
    why = models.CharField(max_length=40, blank=True, help_text="Code: why it was left out.")
    interaction = models.ForeignKey(Interaction, models.PROTECT, null=True, related_name="+")
    message = models.ForeignKey(Message, models.PROTECT, null=True, related_name="answer_copies")
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["answer", "case"], name="answer_copy_once")]
