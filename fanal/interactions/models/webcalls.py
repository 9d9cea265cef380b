"""Calls from a page: what a visitor's browser was let in for, and the chat that it goes on from."""

from django.db import models

from fanal.channels.models import ChannelAccount
from fanal.interactions.models.contacts import Interaction


class WebCall(models.Model):
    """One call that a visitor may make from the page they are on, with a name and a secret that are good for it alone.

    It is made when they ask for it, and is over for everybody else as soon as their line is there, or after a minute.
    """

    account = models.ForeignKey(
        ChannelAccount, models.PROTECT, related_name="+", db_index=False, help_text="The widget that they are at."
    )
    number = models.ForeignKey(
        ChannelAccount, models.PROTECT, related_name="+", db_index=False, help_text="Our side of the call."
    )
    visitor = models.CharField(max_length=64)
    chat = models.ForeignKey(
        Interaction, models.SET_NULL, null=True, related_name="web_calls", help_text="The chat that became a call."
    )
    interaction = models.OneToOneField(
        Interaction, models.CASCADE, null=True, related_name="web_call", help_text="The call, once it came in."
    )
    name = models.CharField(max_length=40, unique=True, db_collation="C", help_text="Of the endpoint on the PBX.")
    secret = models.CharField(max_length=300, blank=True, help_text="Sealed; forgotten once it is of no more use.")
    line = models.CharField(max_length=60, blank=True, help_text="The exchange's id of the line that came with it.")
    given = models.JSONField(default=dict, blank=True)
    signed_id = models.CharField(max_length=100, blank=True)
    consent = models.JSONField(null=True, help_text="The sentence that the visitor agreed to before the call.")
    page = models.CharField(max_length=500, blank=True)
    language = models.CharField(max_length=10, blank=True)
    issued_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="Since when nobody is let in with it any more.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "visitor"], condition=models.Q(ended_at=None), name="one_open_web_call_of_a_visitor"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("issued_at"), secret=""),
                name="ended_web_call_has_no_secret",
            ),
        ]
        indexes = [models.Index(fields=["account", "visitor", "-id"], name="web_call_of_visitor")]

    def __str__(self) -> str:
        return self.name
