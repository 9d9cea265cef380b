"""Mail that the program itself writes."""

from django.db import models

from fanal.consent.models import Clearance
from fanal.interactions.models.said import DeliveryState


class Notice(models.Model):
    """A mail that the program itself writes: invitation, sign-in, reset. Sent by the worker, never in a request."""

    clearance = models.ForeignKey(Clearance, models.PROTECT)
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    message_id = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=9, choices=DeliveryState, default=DeliveryState.QUEUED)
    error = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
