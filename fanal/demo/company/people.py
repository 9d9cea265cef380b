"""Roles, tiers, teams, skills and the agents of the demo company."""

from dataclasses import dataclass, field

from fanal.agents.models import FieldClass, Permission
from fanal.demo import cast
from fanal.norms import names

ALL_FIELDS = (FieldClass.CONTACT, FieldClass.PERSONAL, FieldClass.FINANCIAL)
HANDLING = (Permission.HANDLE,)

ROLES = {
    "agent": ("Agent", HANDLING, ALL_FIELDS),
    "senior-agent": ("Senior agent", (*HANDLING, Permission.SEE_ALL_CASES, Permission.BLOCK), ALL_FIELDS),
    "queue-manager": (
        "Queue manager",
        (*HANDLING, Permission.SEE_ALL_CASES, Permission.BLOCK, Permission.SUPERVISE_OWN_QUEUES, Permission.EXPORT),
        ALL_FIELDS,
    ),
    "supervisor": (
        "Supervisor",
        (
            *HANDLING, Permission.SEE_ALL_CASES, Permission.BLOCK, Permission.SUPERVISE,
            Permission.EXPORT, Permission.REPLAY, Permission.HEAR, Permission.HOLD,
        ),
        (FieldClass.CONTACT, FieldClass.PERSONAL),
    ),
    "administrator": ("Administrator", (Permission.ADMINISTER, Permission.REPLAY), ()),
}  # fmt: skip

TIERS = {
    "first": ("First line", 1),
    "second": ("Second line", 2),
    "third": ("Third line", 3),
    "field": ("Field technicians", 4),
}
VISITING = ("field",)
TEAMS = {
    "orders": "Orders",
    "billing": "Billing",
    "technical": "Technical",
    "experts": "Experts",
    "management": "Management",
}
SKILLS = {
    "lang-en": "English",
    "lang-fr": "French",
    "lang-ru": "Russian",
    "lang-ar": "Arabic",
    "orders": "Orders and delivery",
    "billing": "Accounts and cards",
    "appliances": "Appliances",
    "connections": "Connections and routers",
    "electronics": "Repair of electronics",
}
BREAKS = {
    "lunch": ("Lunch", False),
    "pause": ("Short break", False),
    "training": ("Training", True),
    "meeting": ("Meeting", True),
    "coaching": ("Coaching", True),
}


@dataclass(frozen=True, kw_only=True)
class Person:
    """One agent: `shift` is early, day, late or night (empty: not in the history); skills are code to level."""

    name: str
    email: str
    role: str = "agent"
    team: str = "orders"
    tier: str = "first"
    language: str = "en"
    skills: dict[str, int] = field(default_factory=dict)
    shift: str = "day"
    chats: int = 3
    practising: bool = False


EVERYTHING = {code: 3 for code in SKILLS} | {"lang-en": 5}


def _agent(name: str, team: str, shift: str, languages: str, level: int, **more: object) -> Person:
    areas = {
        "orders": {"orders": level, "appliances": 2},
        "billing": {"billing": level, "orders": 2},
        "technical": {"appliances": level, "connections": max(level - 1, 1), "orders": 1},
        "experts": {"appliances": 5, "connections": 5, "electronics": level},
    }[team]
    skills = areas | {f"lang-{code}": 5 if position == 0 else 3 for position, code in enumerate(languages.split())}
    email = ".".join(names.tokens(name)) + f"@{cast.DOMAIN}"
    return Person(name=name, email=email, team=team, shift=shift, skills=skills, **more)  # type: ignore[arg-type]


AGENTS: tuple[Person, ...] = (
    Person(name="Robin Ames", email=cast.AGENT, skills=EVERYTHING, shift="day"),
    Person(
        name="Noor Castell", email=cast.SECOND, role="senior-agent", team="billing", skills=EVERYTHING, shift="late"
    ),
    Person(
        name="Ines Marlow", email=cast.MANAGER, role="queue-manager", team="management", skills=EVERYTHING, shift=""
    ),
    Person(
        name="Viktor Hale", email=cast.SUPERVISOR, role="supervisor", team="management", skills=EVERYTHING, shift=""
    ),
    Person(name="Dana Whitlock", email=cast.ADMINISTRATOR, role="administrator", team="management", shift=""),
    Person(name="Jules Newcombe", email=cast.PRACTISING, skills=EVERYTHING, shift="", practising=True),
    Person(
        name="Marit Solheim", email=cast.TECHNICIAN, team="experts", tier="field", skills=EVERYTHING, shift="", chats=0
    ),
    _agent("Agathe Morel", "orders", "early", "fr en", 5),
    _agent("Tom Birch", "orders", "early", "en", 3),
    _agent("Ксения Белова", "orders", "day", "ru en", 4),
    _agent("Hana Karim", "orders", "day", "ar en fr", 4),
    _agent("Luc Perrin", "orders", "late", "fr en", 3),
    _agent("Olga Petrenko", "orders", "late", "ru en", 3),
    _agent("Sam Okafor", "orders", "night", "en fr", 3),
    _agent("Maya Lindqvist", "billing", "early", "en", 5),
    _agent("Rachid Benali", "billing", "day", "ar fr en", 4),
    _agent("Irina Volkova", "billing", "late", "ru en", 4),
    _agent("Paul Garnier", "billing", "day", "fr en", 3),
    _agent("Emma Stone-Field", "technical", "early", "en fr", 4),
    _agent("Yusuf Demir", "technical", "day", "en ar", 3),
    _agent("Dmitri Orlov", "technical", "late", "ru en", 5),
    _agent("Claire Dubosc", "technical", "late", "fr en ar", 4),
    _agent("Leila Nasser", "technical", "night", "ar en ru", 3),
    _agent("Henrik Aalto", "experts", "day", "en fr ru", 4, tier="second", chats=2),
    _agent("Salma Aziz", "experts", "late", "ar en fr", 5, tier="second", chats=2),
    _agent("Karim Haddad", "experts", "", "fr ar en", 3, tier="field", chats=0),
    _agent("Pavel Novák", "experts", "day", "en ru ar fr", 5, tier="third", chats=1),
)
