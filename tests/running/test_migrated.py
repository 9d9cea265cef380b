"""A start that has nothing to migrate finds that out without loading Django."""

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from fanal.environment import environment
from fanal.running import postgres
from fanal.running.migrated import migrations, nothing_to_migrate

pytestmark = pytest.mark.django_db(transaction=True)


def address() -> str:
    return postgres.address(environment).replace("/fanal?", f"/{connection.settings_dict['NAME']}?")


def test_the_migrations_on_the_disk_are_those_that_django_knows() -> None:
    assert set(migrations(settings.INSTALLED_APPS)) == set(MigrationLoader(connection).disk_migrations)


def test_a_database_that_has_seen_them_all_has_nothing_to_do() -> None:
    assert nothing_to_migrate(address(), settings.INSTALLED_APPS)


def test_one_that_was_not_applied_is_noticed() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET name = name || '?' WHERE app = 'cases' RETURNING id")
        try:
            assert not nothing_to_migrate(address(), settings.INSTALLED_APPS)
        finally:
            cursor.execute("UPDATE django_migrations SET name = rtrim(name, '?')")


def test_a_database_that_does_not_answer_is_left_to_the_real_thing() -> None:
    assert not nothing_to_migrate(address().replace("/test_fanal", "/nowhere"), settings.INSTALLED_APPS)
