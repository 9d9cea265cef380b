"""Hours, queues, channel accounts and scenarios of the demo company: where its work comes in and waits."""

from dataclasses import dataclass, field
from datetime import time
from typing import Any

from fanal.demo import cast

EVERY_DAY = tuple((day, time(0), time(0)) for day in range(7))
OFFICE = (*((day, time(8), time(20)) for day in range(5)), (5, time(9), time(16)))
COMPANY = ("Harbourlight", ["en", "ar", "fr", "ru"], "Europe/Paris")
CALENDARS: dict[str, tuple[str, str, tuple[tuple[int, time, time], ...]]] = {
    "always": ("Day and night", "Europe/Paris", EVERY_DAY),
    "office": ("Office hours", "Europe/Paris", OFFICE),
}
# Month, day, name, and hours of its own if it has any; entered for the years around the load, office hours only.
HOLIDAYS: tuple[tuple[int, int, str, time | None, time | None], ...] = (
    (1, 1, "New Year's Day", None, None),
    (5, 1, "Labour Day", None, None),
    (12, 24, "Christmas Eve", time(8), time(13)),
    (12, 25, "Christmas Day", None, None),
    (12, 26, "Boxing Day", None, None),
    (12, 31, "New Year's Eve", time(8), time(13)),
)


@dataclass(frozen=True, kw_only=True)
class QueueData:
    """One queue; seconds throughout, 0 never. `patience`: the mean wait that customers of the history put up with."""

    name: str
    calendar: str = "always"
    tier: str = "first"
    priority: int = 2
    skills: dict[str, int] = field(default_factory=dict)
    answer_within: int = 30
    ring: int = 20
    wrap_up: int = 45
    widen_after: int = 60
    overflow_to: str = ""
    overflow_after: int = 0
    practice: bool = False
    managed: bool = False


QUEUES: dict[str, QueueData] = {
    "general": QueueData(name="General", answer_within=45),
    "orders": QueueData(name="Orders", skills={"orders": 2}, overflow_to="general", overflow_after=180, managed=True),
    "billing": QueueData(
        name="Billing", calendar="office", skills={"billing": 3}, priority=3, wrap_up=60, managed=True
    ),
    "technical": QueueData(
        name="Technical, first line",
        skills={"appliances": 2},
        answer_within=45,
        overflow_to="general",
        overflow_after=300,
    ),
    "technical-2": QueueData(
        name="Technical, second line",
        calendar="office",
        tier="second",
        skills={"appliances": 4},
        answer_within=120,
        widen_after=0,
    ),
    "technical-3": QueueData(
        name="Technical, third line",
        calendar="office",
        tier="third",
        skills={"electronics": 4},
        answer_within=300,
        widen_after=0,
    ),
    "practice": QueueData(name="Practice", practice=True, wrap_up=60),
}

BY_LANGUAGE = ("fr", "ru", "ar")


def _given(what: str) -> dict[str, Any]:
    return {"what": what, "is": "present"}


def _page(part: str) -> dict[str, Any]:
    return {"what": "entry_page", "is": "contains", "value": part}


OPEN = {"what": "in_hours", "is": "yes"}


@dataclass(frozen=True, kw_only=True)
class ScenarioData:
    name: str
    conditions: list[dict[str, Any]]
    queue: str
    opens: str = "customer"
    form: str = ""
    category: str = ""
    priority: int | None = None
    prefer_last_agent: bool = False


# In this order; each is entered once per language that needs a skill (see with_languages), first match wins.
SCENARIOS: dict[str, ScenarioData] = {
    "order-given": ScenarioData(
        name="Gives an order number",
        conditions=[_given("order_number")],
        queue="orders",
        opens="order",
        category="whereabouts",
        prefer_last_agent=True,
    ),
    "card-given": ScenarioData(
        name="Gives a card number",
        conditions=[_given("card_number")],
        queue="billing",
        opens="holding",
        category="cards",
        priority=4,
    ),
    "account-given": ScenarioData(
        name="Gives an account number",
        conditions=[_given("account_number")],
        queue="billing",
        opens="holding",
        category="balance",
    ),
    "open-case": ScenarioData(
        name="Known, with an open case",
        conditions=[
            {"what": "recognition", "is": "equals", "value": "known"},
            {"what": "open_case", "is": "yes"},
            {"what": "entry_page", "is": "contains", "value": "/account/cases"},
        ],
        queue="general",
        opens="case",
        prefer_last_agent=True,
    ),
    "orders-page": ScenarioData(
        name="From the orders page",
        conditions=[_page("/orders")],
        queue="orders",
        opens="order",
        category="whereabouts",
    ),
    "money-page": ScenarioData(
        name="From the account page", conditions=[_page("/account"), OPEN], queue="billing", category="balance"
    ),
    "support-page": ScenarioData(
        name="From the support page", conditions=[_page("/support")], queue="technical", category="faults"
    ),
    "product-page": ScenarioData(
        name="From a product page", conditions=[_page("/products")], queue="technical", category="advice"
    ),
    "known": ScenarioData(
        name="Known customer",
        conditions=[{"what": "recognition", "is": "equals", "value": "known"}],
        queue="general",
        prefer_last_agent=True,
    ),
    "unknown": ScenarioData(name="Everybody else", conditions=[], queue="general", opens="search"),
}

PRACTICE_SCENARIO = ScenarioData(name="Practice", conditions=[], queue="practice", opens="customer")

GREETING = {
    "en": "Hello! How can we help you?",
    "fr": "Bonjour ! Comment pouvons-nous vous aider ?",
    "ru": "Здравствуйте! Чем можем помочь?",
    "ar": "مرحبًا! كيف يمكننا مساعدتك؟",
}

FORM = [
    {"name": "name"},
    {"name": "email"},
    {"name": "phone"},
    {"name": "order"},
    {
        "name": "topic",
        "choices": [
            {"en": "An order", "fr": "Une commande", "ru": "Заказ", "ar": "طلب"},
            {"en": "An account or card", "fr": "Un compte ou une carte", "ru": "Счёт или карта", "ar": "حساب أو بطاقة"},
            {
                "en": "A device that does not work",
                "fr": "Un appareil en panne",
                "ru": "Неисправность",
                "ar": "جهاز معطّل",
            },
            {"en": "Something else", "fr": "Autre chose", "ru": "Другое", "ar": "شيء آخر"},
        ],
    },
]


SIGNATURE = {
    "en": "Harbourlight, customer service",
    "fr": "Harbourlight, service clients",
    "ru": "Harbourlight, служба поддержки",
    "ar": "هاربورلايت، خدمة العملاء",
}


def accounts(origin: str) -> dict[str, tuple[str, str, str, dict[str, Any]]]:
    """Code to kind, name, address and settings; `origin` is where this installation, its demo shop too, is served."""
    shop = {
        "sites": ["self", *sorted({origin, "http://127.0.0.1:8000", "http://localhost:8000"})],
        "title": "Harbourlight",
        "greeting": GREETING,
        "form": FORM,
        "identity_secret": cast.SHOP_SECRET,
        "region": "FR",
        "queue": "general",
        "calls": cast.PHONE,  # where browsers reach an exchange
        # The demo's traffic plays many visitors from one address.
        "limits": {"enter": [300, 600], "fetch": [300, 1200]},
    }
    practice = {"practice": True, "queue": "practice", "language": "en"}
    phone = {"region": "FR", "queue": "general", "flow": cast.FLOW}
    post = {
        "listener": True,
        "reply_address": f"hello+{{token}}@{cast.DOMAIN}",
        "signature": SIGNATURE,
        "region": "FR",
        "queue": "general",
    }
    return {
        cast.SHOP: ("webchat", "Harbourlight shop", "", shop),
        cast.PRACTICE: ("simulated", "Practice", "", practice),
        cast.PHONE: ("voice", "Harbourlight", cast.PHONE_NUMBER, phone),
        cast.POST: ("email", "Harbourlight", cast.POST_ADDRESS, post),
    }
