"""A bench works on databases of its own; afterwards the connection is on the tests' one again."""

from collections.abc import Iterator

import pytest
from django.db import connection

from fanal.benches import people


@pytest.fixture
def bench_database(django_db_blocker: object, django_db_setup: None) -> Iterator[None]:
    before = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield
        people.use(before)
