"""Fill an empty installation with the demo company: its configuration, its customers and sixty days of its life."""

from collections.abc import Callable
from datetime import datetime
from random import Random

from django.db import transaction

from fanal.cases.actions import filing
from fanal.customers import index
from fanal.customers.models import Customer
from fanal.demo import cast
from fanal.demo.company.configure import configure
from fanal.demo.company.visits import plan_some
from fanal.demo.generating.holdings import Holdings
from fanal.demo.generating.people import People
from fanal.demo.generating.rows import Table, analyse, unwatched
from fanal.demo.history.chronicle import Chronicle
from fanal.demo.history.days import Days
from fanal.demo.history.knowledge import learn
from fanal.holdings.keys import card_key
from fanal.holdings.models import Product
from fanal.kpis.actions import fold

PEOPLE = 5_000
DAYS = 60
SEED = 20_260
Progress = Callable[[str], object]


class NotEmpty(Exception):
    """There are customers already; the demo would mix with them."""


def load(
    *,
    people: int = PEOPLE,
    days: int = DAYS,
    seed: int = SEED,
    origin: str = "http://127.0.0.1:8000",
    now: datetime,
    progress: Progress = lambda text: None,
) -> dict[str, int]:
    """Everything, in one transaction; the number of rows by model. Raises NotEmpty. The figures are folded after it."""
    with transaction.atomic():
        if Customer.objects.exists():
            raise NotEmpty
        configure(origin=origin, now=now)
        progress("the company is configured")
        written = _generate(people=people, days=days, rng=Random(seed), now=now, progress=progress)
        plan_some(now=now)
    filing.file_open()
    index.rebuild()
    progress("names are filed for the search")
    while fold():
        pass
    progress("the figures are folded")
    return written


def _generate(*, people: int, days: int, rng: Random, now: datetime, progress: Progress) -> dict[str, int]:
    folk = People(rng=rng, now=now)
    held = Holdings(rng=rng, now=now, products=dict(Product.objects.values_list("code", "pk")), key=card_key())
    book = Chronicle()
    tables: list[Table] = [*folk.tables, *held.tables, *book.tables]
    for table in tables:
        table.lock()
    folk.draw(people)
    held.draw(folk.all, folk.players)
    progress(f"{len(folk.all):,} customers and {len(held.orders.rows):,} orders are made up")
    Days(book=book, known=learn(), people=folk.all, players=folk.players, held=held, now=now, days=days, rng=rng).play()
    book.close()
    progress(f"{days} days with {len(book.interactions.rows):,} contacts are played")
    written = _write(tables)
    progress("everything is written")
    return written


def _write(tables: list[Table]) -> dict[str, int]:
    with unwatched(tables):
        written = {table.model.__name__: table.write() for table in tables}
    analyse(tables)
    return written


def sign_ins() -> str:
    """Who can sign in, for people."""
    width = max(len(email) for email, _ in cast.SIGN_INS)
    lines = [f"  {email:<{width}}  {role}" for email, role in cast.SIGN_INS]
    return "\n".join([f"Sign in with the password {cast.PASSWORD} as", *lines])
