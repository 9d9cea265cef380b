"""Write the demo company's configuration into an empty installation, through the ordinary models."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from fanal.agents.models import Agent, AgentSkill, BreakReason, Role, Skill, Team, Tier
from fanal.cases.models import CaseField, CaseType, Category, TypeStep
from fanal.channels.models import ChannelAccount
from fanal.clocks.models import Target
from fanal.configuration.models import Company
from fanal.deciding.models import AdviceRule
from fanal.demo import cast
from fanal.demo.back_office import describing
from fanal.demo.company import advising, matters, people, products, work
from fanal.escalation.models import EscalationRule
from fanal.events.actions import publish
from fanal.holdings.models import HoldingSource, Product, SourceAction
from fanal.holdings.sources.opening import sealed_credential
from fanal.hours.models import Calendar, OpeningPeriod, SpecialDay
from fanal.interactions.models import CannedReply, Disposition
from fanal.routing.models import AgentLoad, Queue, QueueSkill
from fanal.scenarios.models import CaseRule, Flow, Scenario

PHONE = Path(__file__).with_name("phone.json")
"""What callers hear: docs/flows.md says what may stand there."""


def configure(*, origin: str, now: datetime) -> None:
    """Everything an administrator would set up by hand. What is there already is left as it is."""
    _company(now)
    _people(now)
    _hours(now.date())
    _queues()
    _matters()
    _scenarios()
    for code, (kind, name, address, settings) in work.accounts(origin).items():
        _once(ChannelAccount, code, kind=kind, name=name, address=address, settings=settings)
    for code, (name, family, _) in products.PRODUCTS.items():
        _once(Product, code, name=name, family=family)
    back_offices()
    _advice()
    _once(Flow, cast.FLOW, name="By phone", content=json.loads(PHONE.read_text(encoding="utf-8")))
    publish(kind="config.changed", data={"what": "demo"}, audience=["admins"], now=now)


def _company(now: datetime) -> None:
    """With the time zone of its office, which every page and figure follows."""
    if not Company.objects.exists():
        name, languages, zone = work.COMPANY
        Company.objects.create(name=name, languages=languages, zone=zone, set_up_at=now)


def _advice() -> None:
    for position, (code, (name, what, conditions, does, sentences)) in enumerate(advising.ADVICE.items(), 1):
        queue = Queue.objects.get(code=does["queue"]) if "queue" in does else None
        fields = {**does, "queue": queue, "position": position * 10}
        _once(AdviceRule, code, name=name, what=what, conditions=conditions, sentences=sentences, **fields)


def back_offices() -> None:
    """The demo's own back office; the credential is sealed like anybody's."""
    header, value = describing.credential()
    for code, said in describing.SOURCES.items():
        fields = {name: part for name, part in said.items() if name != "actions"}
        credential = sealed_credential(header, value, address=said["address"])
        source, fresh = HoldingSource.objects.get_or_create(code=code, defaults={**fields, "credential": credential})
        if fresh:
            for action, (address, body) in said["actions"].items():
                SourceAction.objects.create(
                    source=source, action=action, address=address, body=body, **describing.ANSWER,
                    **({"number": "number"} if action == "place_order" else {}),
                )  # fmt: skip


def _once(model: Any, code: str, **fields: Any) -> Any:
    return model.objects.get_or_create(code=code, defaults=fields)[0]


def _people(now: datetime) -> None:
    for code, (name, permissions, fields) in people.ROLES.items():
        _once(Role, code, name=name, permissions=list(permissions), field_classes=list(fields))
    for code, (name, rank) in people.TIERS.items():
        _once(Tier, code, name=name, rank=rank, visits=code in people.VISITING)
    for code, name in people.TEAMS.items():
        _once(Team, code, name=name)
    for code, name in people.SKILLS.items():
        _once(Skill, code, name=name)
    for code, (name, productive) in people.BREAKS.items():
        _once(BreakReason, code, name=name, counts_as_productive=productive)
    password = make_password(cast.PASSWORD)  # hashed once: it is the same for all, and hashing is slow on purpose
    for person in people.AGENTS:
        _agent(person, password, now)


def _agent(person: people.Person, password: str, now: datetime) -> None:
    agent, fresh = Agent.objects.get_or_create(
        email=person.email,
        defaults={
            "name": person.name,
            "password": password,
            "role": Role.objects.get(code=person.role),
            "team": Team.objects.get(code=person.team),
            "tier": Tier.objects.get(code=person.tier),
            "language": person.language,
            "practising": person.practising,
            "capacity": {"webchat": person.chats, "simulated": person.chats, "email": 5, "voice": 1, "sms": 5},
        },
    )
    if not fresh:
        return
    EmailAddress.objects.create(user=agent, email=agent.email, verified=True, primary=True)
    AgentLoad.objects.get_or_create(agent=agent)
    levels = Skill.objects.in_bulk(list(person.skills), field_name="code")
    AgentSkill.objects.bulk_create(
        AgentSkill(agent=agent, skill=levels[code], level=level) for code, level in person.skills.items()
    )


def _hours(today: date) -> None:
    for code, (name, zone, periods) in work.CALENDARS.items():
        calendar, fresh = Calendar.objects.get_or_create(code=code, defaults={"name": name, "zone": zone})
        if not fresh:
            continue
        OpeningPeriod.objects.bulk_create(
            OpeningPeriod(calendar=calendar, weekday=day, opens_at=opens, closes_at=closes)
            for day, opens, closes in periods
        )
        if code == "office":
            SpecialDay.objects.bulk_create(
                SpecialDay(calendar=calendar, on=date(year, month, day), name=name, opens_at=opens, closes_at=closes)
                for year in range(today.year - 1, today.year + 3)
                for month, day, name, opens, closes in work.HOLIDAYS
            )


def _queues() -> None:
    for code, data in work.QUEUES.items():
        queue, fresh = Queue.objects.get_or_create(
            code=code,
            defaults={
                "name": data.name,
                "tier": Tier.objects.get(code=data.tier),
                "calendar": Calendar.objects.get(code=data.calendar),
                "priority": data.priority,
                "answer_within_seconds": data.answer_within,
                "ring_seconds": data.ring,
                "wrap_up_seconds": data.wrap_up,
                "widen_after_seconds": data.widen_after,
                "overflow_to": Queue.objects.filter(code=data.overflow_to).first(),
                "overflow_after_seconds": data.overflow_after,
                "practice": data.practice,
            },
        )
        if fresh:
            for skill, level in data.skills.items():
                QueueSkill.objects.create(queue=queue, skill=Skill.objects.get(code=skill), level=level)
            if data.managed:
                queue.managers.add(Agent.objects.get(email=cast.MANAGER))


def _matters() -> None:
    for code, (name, priority, tier) in matters.CASE_TYPES.items():
        _once(CaseType, code, name=name, default_priority=priority, tier=Tier.objects.get(code=tier))
    for place, (code, (name, of_type, kind, choices)) in enumerate(matters.CASE_FIELDS.items()):
        more = {"case_type": CaseType.objects.get(code=of_type), "position": place}
        _once(CaseField, code, name=name, kind=kind, choices=list(choices), **more)
    for place, (code, (name, of_type)) in enumerate(matters.CASE_STEPS.items()):
        _once(TypeStep, code, name=name, case_type=CaseType.objects.get(code=of_type), position=place)
    for code, (name, parent) in matters.CATEGORIES.items():
        _once(Category, code, name=name, parent=Category.objects.filter(code=parent).first())
    for code, (name, settles, genuine) in matters.DISPOSITIONS.items():
        _once(Disposition, code, name=name, settles=settles, genuine=genuine)
    for code, (name, only_type, urgency, value, first, following, within, hours) in matters.TARGETS.items():
        _once(
            Target,
            code,
            name=name,
            case_type=CaseType.objects.filter(code=only_type).first(),
            priority=urgency,
            value_band=value,
            first_response_minutes=first,
            next_response_minutes=following,
            resolution_minutes=within,
            calendar=Calendar.objects.get(code=hours),
        )
    for place, (code, (name, when, rest)) in enumerate(matters.ESCALATION.items(), 1):
        _once(EscalationRule, code, name=name, when=when, position=place * 10, **_rows_of(rest))
    for action, (kind, category, subject, settles, disposition) in matters.CASE_RULES.items():
        _once(
            CaseRule,
            action.replace("_", "-"),
            action=action,
            case_type=CaseType.objects.get(code=kind),
            category=Category.objects.get(code=category),
            subject=subject,
            settles=settles,
            disposition=Disposition.objects.get(code=disposition),
        )
    for code, (title, category, texts) in matters.CANNED.items():
        _once(CannedReply, code, title=title, category=Category.objects.filter(code=category).first(), texts=texts)


def _rows_of(said: dict[str, Any]) -> dict[str, Any]:
    """The same with the rows that its codes name."""
    models: dict[str, Any] = {"case_type": CaseType, "tier": Tier, "hand_over_to": Queue}
    return {name: models[name].objects.get(code=part) if name in models else part for name, part in said.items()}


def _scenarios() -> None:
    """Each scenario once for every language that needs a skill of its own, asked before the one without."""
    position = 0
    for code, data in work.SCENARIOS.items():
        for language in (*work.BY_LANGUAGE, ""):
            position += 10
            _scenario(code, data, language, position)
    _scenario("practice", work.PRACTICE_SCENARIO, "", position + 10)


def _scenario(code: str, data: work.ScenarioData, language: str, position: int) -> None:
    spoken = [{"what": "language", "is": "equals", "value": language}] if language else []
    _once(
        Scenario,
        f"{code}-{language}" if language else code,
        name=f"{data.name} ({people.SKILLS[f'lang-{language}']})" if language else data.name,
        position=position,
        conditions=[*spoken, *data.conditions],
        queue=Queue.objects.get(code=data.queue),
        priority=data.priority,
        skills={f"lang-{language}": 2} if language else {},
        opens=data.opens,
        form=data.form,
        category=Category.objects.filter(code=data.category).first(),
        prefer_last_agent=data.prefer_last_agent,
    )
