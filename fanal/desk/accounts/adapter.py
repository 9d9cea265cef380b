"""How django-allauth fits fanal: closed to strangers, mail through the consent gate, sign-outs told to everybody."""

from collections.abc import Iterable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.conf import settings
from django.contrib.sites.requests import RequestSite
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation

from fanal.agents.actions import end_lines, note_sign_out
from fanal.agents.models import Agent, PhoneKind
from fanal.environment import environment
from fanal.interactions.actions.notices import write_notice
from fanal.routing.actions import sign_out


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: people are invited."""
        return False

    def format_email_subject(self, subject: str) -> str:
        return subject

    def get_client_ip(self, request: HttpRequest) -> str:
        """`running.security.trusted_proxies` has put the client's own address there."""
        return str(request.META.get("REMOTE_ADDR") or "127.0.0.1")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the reader's language, to a person who works here and is active; nobody else is ever written to."""
        agent = Agent.objects.filter(email__iexact=email, is_active=True).first()
        if agent is None:
            return
        about = {"request": self.request, "email": email, "current_site": RequestSite(self.request), "agent": agent}
        with translation.override(agent.language):
            mail = self.render_mail(template_prefix, email, about | context)
        write_notice(to=agent.email, subject=mail.subject, text=str(mail.body), now=timezone.now())

    def get_reset_password_from_key_url(self, key: str) -> str:
        """At our own address, whatever host the asker named."""
        path = reverse("account_reset_password_from_key", args=key.split("-", 1))
        return environment.origin + path

    def post_login(self, request: HttpRequest, user: Agent, **more: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **more)
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, samesite="Lax", secure=request.is_secure())
        return response

    def set_password(self, user: Agent, password: str) -> None:
        """Who knew the old one may have a phone under it: the browser's own line ends with the old password."""
        super().set_password(user, password)
        end_lines(agent=user, kinds=[PhoneKind.BROWSER], by=user, now=timezone.now())

    def logout(self, request: HttpRequest) -> None:
        """The stream of this browser ends; with their last browser the person's open work goes back to its queues."""
        agent: Any = request.user
        super().logout(request)
        if isinstance(agent, Agent):
            now = timezone.now()
            if note_sign_out(agent=agent, now=now):
                sign_out(agent=agent, by=agent, now=now)


class SessionsAdapter(DefaultUserSessionsAdapter):  # type: ignore[misc]
    def end_sessions(self, sessions: Iterable[Any]) -> None:
        ended = list(sessions)
        super().end_sessions(ended)
        for agent in {session.user for session in ended}:
            note_sign_out(agent=agent, now=timezone.now())
