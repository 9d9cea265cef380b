"""Sessions as Django keeps them in the database; reading one is a kept question, because every request does."""

from datetime import datetime
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from fanal.agents.kept import kept


class SessionStore(db.SessionStore):
    def load(self) -> dict[str, Any]:
        data = _data.first(key=self.session_key, now=timezone.now())
        if data is None:
            self._session_key = None
        return self.decode(data) if data else {}


@kept
def _data(key: str, now: datetime) -> QuerySet[Session, str]:
    return Session.objects.filter(session_key=key, expire_date__gt=now).values_list("session_data", flat=True)
