"""Filters of the case list that somebody kept under a name."""

from django.db import models

from fanal.agents.models import Agent, Team


class Sharing(models.TextChoices):
    OWN = "own"
    TEAM = "team"
    ALL = "all"


class SavedViewQuery(models.QuerySet["SavedView"]):
    def visible_to(self, agent: Agent) -> "SavedViewQuery":
        """One's own, those of one's team and those of everybody."""
        mine = models.Q(agent=agent) | models.Q(shared=Sharing.ALL)
        return self.filter(mine | models.Q(shared=Sharing.TEAM, team=agent.team_id) if agent.team_id else mine)

    def placed_for(self, agent: Agent) -> "SavedViewQuery":
        """In the order in which this person wants them, then by name; `opens`: the list of cases opens with it."""
        places = ViewPlace.objects.filter(agent=agent, view=models.OuterRef("pk"))
        rows = self.annotate(
            place=models.Subquery(places.values("position")[:1]), opens=models.Exists(places.filter(opens=True))
        )
        return rows.order_by(models.F("place").asc(nulls_last=True), "name", "pk")


class SavedView(models.Model):
    """The query of the list as its address has it; what one may not see stays unseen in it."""

    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000)
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="saved_views")
    shared = models.CharField(max_length=4, choices=Sharing, default=Sharing.OWN)
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    objects = SavedViewQuery.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["agent", "name"], name="view_name_once"),
            models.CheckConstraint(
                condition=models.Q(shared="team", team__isnull=False)
                | (~models.Q(shared="team") & models.Q(team=None)),
                name="view_of_a_team",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ViewPlace(models.Model):
    """Where a view stands in the list of one person, and whether the list of cases opens with it."""

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="+", db_index=False)
    view = models.ForeignKey(SavedView, models.CASCADE, related_name="places")
    position = models.PositiveSmallIntegerField()
    opens = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent", "view"], name="view_placed_once"),
            models.UniqueConstraint(fields=["agent"], condition=models.Q(opens=True), name="one_view_opens"),
        ]
