"""Cases by the words of their subject, quick whether few have them or tens of thousands.

PostgreSQL guesses badly how many subjects have words that were typed in part. Left to itself it sometimes walks all
cases in the order asked for and waits for a match that is not there. So the newest are looked through first, which is
enough for words that many have; otherwise the index of words finds all, and only what was found is sorted.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import DateTimeField, ExpressionWrapper, F, OrderBy, QuerySet, Value
from django.db.models.functions import Concat

from fanal.cases.models import Case
from fanal.desk.given import number
from fanal.norms import digits

MOST_WORDS = 8
NEWEST = 500
MOST_FOUND = 1000
_WORD = re.compile(r"[^\W_]+")


def with_words(rows: QuerySet[Case], text: str) -> QuerySet[Case]:
    """Those whose subject has all of the words, each as far as it was typed; a number is that of the case too."""
    words = _words(text)
    if not words:
        return rows
    found = rows.alias(words=SearchVector("subject", config="simple")).filter(words=_query(words))
    if key := _number(words):
        # Two looks into two indexes, where an OR over both would read every case.
        by_number = rows.filter(number=key).values("pk")
        return rows.filter(pk__in=by_number.union(found.values("pk")[:MOST_FOUND]))
    return found


def among_newest(rows: QuerySet[Case], text: str) -> QuerySet[Case]:
    """Of the newest cases those with the words; none where a number is meant, or where there are only few cases.

    How far back is asked beforehand, for PostgreSQL plans by it; adding nothing to the subject hides the words' index.
    """
    words = _words(text)
    newest = Case.objects.order_by("-updated_at").values_list("updated_at", flat=True)
    since = newest[NEWEST - 1 : NEWEST] if words and not _number(words) else ()
    if not since:
        return rows.none()
    found = rows.alias(words=SearchVector(Concat("subject", Value("")), config="simple")).filter(words=_query(words))
    return found.filter(updated_at__gte=since[0])


def sorted_once_found(order: Sequence[Any]) -> list[Any]:
    """An order that no index has, so that everything is found before it is sorted."""
    first, *others = order
    name = first.lstrip("-") if isinstance(first, str) else first.expression.name
    field: Any = Case._meta.get_field(name)
    nothing: Any = Value(timedelta(0)) if isinstance(field, DateTimeField) else Value(0)
    same = ExpressionWrapper(F(name) + nothing, output_field=field)
    backwards = isinstance(first, str) and first.startswith("-")
    return [OrderBy(same, descending=backwards, nulls_last=None if backwards else True), *others]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())[:MOST_WORDS]


def _number(words: list[str]) -> int:
    """The number that is meant, 0 for none."""
    return number(digits.western(words[0])) if len(words) == 1 else 0


def _query(words: list[str]) -> SearchQuery:
    """Each word as far as it was typed; that it may be whole is said too, for whole words PostgreSQL guesses well."""
    return SearchQuery(" & ".join(f"({word} | {word}:*)" for word in words), config="simple", search_type="raw")
