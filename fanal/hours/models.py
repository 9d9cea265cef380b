"""Opening hours: calendars with a time zone, weekly periods and special days."""

from django.db import models


class Calendar(models.Model):
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    zone = models.CharField(max_length=60, default="UTC", help_text="IANA name, such as Europe/Paris.")

    def __str__(self) -> str:
        return self.name


class OpeningPeriod(models.Model):
    """One stretch of a week; closing at or before opening means past midnight."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="periods")
    weekday = models.PositiveSmallIntegerField(help_text="0 is Monday.")
    opens_at = models.TimeField()
    closes_at = models.TimeField()

    class Meta:
        ordering = ["weekday", "opens_at"]
        constraints = [models.CheckConstraint(condition=models.Q(weekday__lte=6), name="period_on_a_weekday")]


class SpecialDay(models.Model):
    """A holiday, or a day with hours of its own: without both times the day is closed."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="special_days")
    on = models.DateField()
    name = models.CharField(max_length=100)
    opens_at = models.TimeField(null=True, blank=True)
    closes_at = models.TimeField(null=True, blank=True)

    class Meta:
        ordering = ["on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(opens_at=None, closes_at=None)
                | models.Q(opens_at__isnull=False, closes_at__isnull=False),
                name="special_day_has_both_times_or_none",
            )
        ]
