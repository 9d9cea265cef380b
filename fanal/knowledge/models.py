"""Articles; nothing is shown to a customer before it can be reviewed and published."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from fanal.agents.models import Agent, Permission
from fanal.cases.models import Case, Category


class ArticleState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    DROPPED = "dropped", _("Dropped")


class ArticleQuery(models.QuerySet["Article"]):
    def visible_to(self, agent: Any) -> "ArticleQuery":
        """A draft may still tell of one customer: whoever made it reads it, and whoever may see every case."""
        if not agent.is_authenticated or not agent.is_active or agent.practising:
            return self.none()
        return self if agent.may(Permission.SEE_ALL_CASES) else self.filter(made_by=agent)


class Article(models.Model):
    """One answer, written once; dropped, never deleted. `version` tells two writers apart."""

    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    language = models.CharField(max_length=10)
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True)
    case = models.ForeignKey(Case, models.SET_NULL, null=True, related_name="+", help_text="The case it was made of.")
    state = models.CharField(max_length=10, choices=ArticleState, default=ArticleState.DRAFT)
    version = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    written_by = models.ForeignKey(Agent, models.PROTECT, related_name="+", help_text="Who wrote last.")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = ArticleQuery.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "-updated_at"], name="article_latest")]

    def __str__(self) -> str:
        return self.title
