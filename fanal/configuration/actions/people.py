"""People come, change and go: invitations, resets, and the end of somebody's access."""

import secrets
from datetime import datetime

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from fanal.agents.actions import end_sign_ins
from fanal.agents.models import Agent, Invitation, Role, Team
from fanal.configuration import rules
from fanal.configuration.actions.saving import remember, save
from fanal.configuration.wording import NotPossible
from fanal.environment import environment
from fanal.events.actions import publish
from fanal.interactions.actions.notices import write_notice
from fanal.routing.actions import sign_out


@transaction.atomic
def invite(
    *, email: str, name: str, role: Role, team: Team | None, language: str, by: Agent, now: datetime
) -> Invitation:
    """Write to somebody that they may join; an earlier invitation of the same address is over. Raises NotPossible."""
    email = email.strip().lower()
    if Agent.objects.filter(email__iexact=email).exists():
        raise NotPossible("already_a_person")
    for earlier in Invitation.objects.filter(email__iexact=email, accepted_at=None, revoked_at=None):
        revoke(invitation=earlier, by=by, now=now)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=email,
        name=name,
        role=role,
        team=team,
        token_hash=rules.token_hash(token),
        invited_by=by,
        created_at=now,
        expires_at=now + rules.INVITATION_GOOD_FOR,
    )
    link = environment.origin + reverse("invitation", args=[token])
    with translation.override(language):
        text = render_to_string("mail/invitation.txt", {"link": link, "name": name, "by": by.name})
        write_notice(to=email, subject=_("Your invitation to fanal"), text=text, now=now)
    _tell("invitation.written", invitation, by=by, now=now)
    return invitation


@transaction.atomic
def revoke(*, invitation: Invitation, by: Agent, now: datetime) -> None:
    """The link stops working; an invitation that was used or withdrawn stays as it is."""
    row = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if row.accepted_at or row.revoked_at:
        return
    row.revoked_at = now
    row.save(update_fields=["revoked_at"])
    _tell("invitation.revoked", row, by=by, now=now)


def open_invitation(*, token: str, now: datetime) -> Invitation:
    """The invitation of a token that still works; raises NotPossible."""
    found = Invitation.objects.filter(token_hash=rules.token_hash(token)).first()
    if found is None or not rules.is_open(
        expires_at=found.expires_at, accepted_at=found.accepted_at, revoked_at=found.revoked_at, now=now
    ):
        raise NotPossible("invitation_over")
    return found


@transaction.atomic
def accept_invitation(*, token: str, name: str, password: str, language: str, now: datetime) -> Agent:
    """The invited person is here: once, whoever else has the link. Raises NotPossible."""
    found = open_invitation(token=token, now=now)
    row = Invitation.objects.select_for_update().get(pk=found.pk)
    if row.accepted_at or Agent.objects.filter(email__iexact=row.email).exists():
        raise NotPossible("invitation_over")
    row.accepted_at = now
    row.save(update_fields=["accepted_at"])
    agent = Agent(email=row.email, name=name, role=row.role, team=row.team, language=language)
    agent.set_password(password)
    save(row=agent, by=None, now=now)
    EmailAddress.objects.create(user=agent, email=agent.email, verified=True, primary=True)
    _tell("invitation.accepted", row, by=agent, now=now)
    return agent


@transaction.atomic
def set_active(*, agent: Agent, active: bool, by: Agent, now: datetime) -> None:
    """Who leaves is signed out everywhere and their work goes back to its queues; who returns is as before."""
    if agent.pk == by.pk and not active:
        raise NotPossible("own_deactivation")
    agent.is_active = active
    save(row=agent, by=by, now=now)


@transaction.atomic
def sign_out_everywhere(*, agent: Agent, by: Agent, now: datetime) -> int:
    """End somebody's sign-ins, as when a device was lost; returns how many there were."""
    ended = end_sign_ins(agent=agent, by=by, now=now)
    sign_out(agent=agent, by=by, now=now)
    return ended


@transaction.atomic
def send_reset(*, agent: Agent, by: Agent, now: datetime) -> None:
    """Write the person a link to choose a new password; the old one works until they do."""
    key = f"{user_pk_to_url_str(agent)}-{default_token_generator.make_token(agent)}"
    uid, _dash, rest = key.partition("-")
    link = environment.origin + reverse("account_reset_password_from_key", args=[uid, rest])
    with translation.override(agent.language):
        text = render_to_string("mail/reset.txt", {"link": link, "name": agent.name})
        write_notice(to=agent.email, subject=_("Choose a new password for fanal"), text=text, now=now)
    publish(kind="agent.reset_sent", data={"agent": agent.pk}, audience=["admins"], now=now, by=by.pk)


@transaction.atomic
def remove_second_factor(*, agent: Agent, by: Agent, now: datetime) -> None:
    """Take away what a colleague has lost: authenticator app, passkeys and recovery codes. Raises NotPossible.

    The password alone signs in afterwards, so every sign-in ends, the person is told and the history says who did it.
    """
    if agent.pk == by.pk:
        raise NotPossible("own_second_factor")
    rows = Authenticator.objects.select_for_update().filter(user=agent).order_by("pk")
    kinds = [str(row.type) for row in rows]
    if not kinds:
        raise NotPossible("no_second_factor")
    rows.delete()
    remember(agent, {"second_factor": ", ".join(kinds)}, {"second_factor": None}, by=by, now=now)
    sign_out_everywhere(agent=agent, by=by, now=now)
    with translation.override(agent.language):
        text = render_to_string("mail/second_factor_removed.txt", {"name": agent.name, "by": by.name})
        write_notice(to=agent.email, subject=_("Your second factor for fanal was removed"), text=text, now=now)


def _tell(kind: str, invitation: Invitation, *, by: Agent, now: datetime) -> None:
    publish(kind=kind, data={"invitation": invitation.pk}, audience=["admins"], now=now, by=by.pk)
