"""Who is signed in, asked with every request: the person, their role and line in one question."""

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import QuerySet

from fanal.agents.kept import kept
from fanal.agents.models import Agent


class AgentBackend(AuthenticationBackend):  # type: ignore[misc]
    """Signs in as allauth does. Nothing is remembered: a changed right counts from the next request on."""

    def get_user(self, user_id: int) -> Agent | None:
        agent = _person.first(pk=int(user_id))
        return agent if agent and self.user_can_authenticate(agent) else None


@kept
def _person(pk: int) -> QuerySet[Agent]:
    return Agent.objects.select_related("role", "tier").filter(pk=pk)
