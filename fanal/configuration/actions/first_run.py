"""The first run: from an empty installation to one that takes its first contact, one step after the other."""

from datetime import datetime, time

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from fanal.agents.models import Agent, FieldClass, Permission, Role, Skill
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.configuration.actions.saving import save
from fanal.configuration.models import Company
from fanal.configuration.rules import code_for
from fanal.configuration.wording import NotPossible
from fanal.hours.models import Calendar
from fanal.routing.models import Queue

# What most contact centres begin with; every role can be changed afterwards.
ROLES: dict[str, tuple[str, tuple[Permission, ...], tuple[FieldClass, ...]]] = {
    "administrator": ("Administrator", (Permission.ADMINISTER, Permission.SUPERVISE, Permission.REPLAY), ()),
    "supervisor": (
        "Supervisor",
        (
            *(Permission.HANDLE, Permission.SEE_ALL_CASES, Permission.SUPERVISE),
            *(Permission.EXPORT, Permission.BLOCK, Permission.REPLAY, Permission.HEAR, Permission.HOLD),
        ),
        tuple(FieldClass),
    ),
    "queue-manager": (
        "Queue manager",
        (Permission.HANDLE, Permission.SEE_ALL_CASES, Permission.SUPERVISE_OWN_QUEUES, Permission.BLOCK),
        tuple(FieldClass),
    ),
    "agent": ("Agent", (Permission.HANDLE,), tuple(FieldClass)),
}


def setup_token() -> str:
    """What the terminal shows; it opens the first step only while nobody is here, and nothing afterwards."""
    return salted_hmac("fanal.setup", "first administrator", algorithm="sha256").hexdigest()[:40]


def token_opens(token: str) -> bool:
    return nobody_is_here() and constant_time_compare(token, setup_token())


def nobody_is_here() -> bool:
    return not Agent.objects.exists()


def is_unfinished() -> bool:
    """The first administrator is here, and the wizard was not finished."""
    company = Company.objects.first()
    return company is not None and company.set_up_at is None


@transaction.atomic
def make_first_administrator(
    *, token: str, name: str, email: str, password: str, language: str, now: datetime
) -> Agent:
    """The first person, with the roles most begin with. Raises NotPossible for a wrong token or a second first one."""
    Company.objects.select_for_update().first()
    if not token_opens(token):
        raise NotPossible("already_set_up")
    for code, (title, permissions, fields) in ROLES.items():
        role = Role(code=code, name=title, permissions=list(permissions), field_classes=list(fields))
        save(row=role, by=None, now=now)
    save(row=Company(name="fanal", languages=[language]), by=None, now=now)
    agent = Agent(
        email=email.strip().lower(), name=name, role=Role.objects.get(code="administrator"), language=language
    )
    agent.set_password(password)
    save(row=agent, by=None, now=now)
    EmailAddress.objects.create(user=agent, email=agent.email, verified=True, primary=True)
    return agent


@transaction.atomic
def name_company(
    *, name: str, languages: list[str], zone: str, opens: time, closes: time, days: list[int], by: Agent, now: datetime
) -> None:
    """The company and its hours: the same span on each of these days (0 is Monday)."""
    company = Company.objects.get()
    company.name, company.languages, company.zone = name, languages, zone
    save(row=company, by=by, now=now)
    calendar = Calendar.objects.filter(code="office").first() or Calendar(code="office", name="Office hours")
    calendar.zone = zone
    week = [{"weekday": day, "opens_at": opens, "closes_at": closes} for day in days]
    save(row=calendar, children={"periods": week}, by=by, now=now)


@transaction.atomic
def make_first_queue(*, name: str, skills: list[str], by: Agent, now: datetime) -> Queue:
    """Where all work waits at first, and the skills that people can have."""
    for skill in skills:
        taken = set(Skill.objects.values_list("code", flat=True))
        if not Skill.objects.filter(name=skill).exists():
            save(row=Skill(code=code_for(skill, taken=taken, otherwise="skill"), name=skill), by=by, now=now)
    queue = Queue.objects.order_by("pk").first() or Queue(code="general")
    queue.name, queue.calendar = name, Calendar.objects.filter(code="office").first()
    save(row=queue, by=by, now=now)
    return queue


@transaction.atomic
def make_first_account(*, name: str, sites: list[str], by: Agent, now: datetime) -> ChannelAccount:
    """The chat of one site."""
    queue = Queue.objects.order_by("pk").first()
    account = ChannelAccount.objects.filter(kind=ChannelKind.WEBCHAT).first() or ChannelAccount(
        kind=ChannelKind.WEBCHAT, code=code_for(name, taken=set(), otherwise="chat")
    )
    account.name = name
    account.settings = {**account.settings, "sites": sites, "queue": queue.code if queue else ""}
    save(row=account, by=by, now=now)
    return account


@transaction.atomic
def finish(*, by: Agent, now: datetime) -> None:
    """From now on the wizard is not there any more."""
    Company.objects.filter(set_up_at=None).update(set_up_at=now)
    save(row=Company.objects.get(), by=by, now=now)
