"""What every test stands on: a home folder of its own, and a real PostgreSQL in it that ends with the tests."""

import os
import shutil
import tempfile
from pathlib import Path

import psutil
import pytest

TEMPORARY = Path(tempfile.gettempdir())

if "FANAL_TEST_HOME" not in os.environ:  # pytest's own process, not one of xdist's workers
    for abandoned in TEMPORARY.glob("fanal-tests-[0-9]*-*"):
        if not psutil.pid_exists(int(abandoned.name.split("-")[2])):
            shutil.rmtree(abandoned, ignore_errors=True)
    os.environ["FANAL_TEST_HOME"] = tempfile.mkdtemp(prefix=f"fanal-tests-{os.getpid()}-")
    MADE_HERE = True
else:
    MADE_HERE = False

# Pytest closes its common folder to others whenever a session begins, also around the servers of one that still runs.
os.environ["PYTEST_DEBUG_TEMPROOT"] = os.environ["FANAL_TEST_HOME"]
# Before Django's settings are imported, which is why pytest-django is not told of them in pyproject.toml.
os.environ["FANAL_HOME"] = os.environ["FANAL_TEST_HOME"]
# The tests' server may forget everything when the machine goes down.
os.environ["FANAL_POSTGRES_SETTINGS"] = '{"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}'
os.environ["DJANGO_SETTINGS_MODULE"] = "fanal.settings"
# Playwright keeps an event loop running in the thread that later tests of the same worker use the database in.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import TransactionTestCase  # noqa: E402

from fanal.environment import environment  # noqa: E402
from fanal.running import postgres  # noqa: E402

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_unconfigure() -> None:
    """Also reached after ctrl-C; a worker only leaves, so that the others keep their server."""
    postgres.leave(environment)
    if MADE_HERE:
        postgres.stop(environment)
        shutil.rmtree(environment.home, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Start the server when the first test asks for a database; each xdist worker has a database of its own."""
    postgres.ensure_running(environment)


KEPT = ("django_migrations", "django_content_type", "auth_permission")


def forget_everything(self: TransactionTestCase) -> None:
    """Empty the tables that have rows, without triggers and checks: a tenth of the time of Django's flush."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        tables = [name for (name,) in cursor.fetchall() if name not in KEPT]
        probes = " UNION ALL ".join(f"(SELECT '{table}' FROM \"{table}\" LIMIT 1)" for table in tables)
        cursor.execute(probes)
        full = [name for (name,) in cursor.fetchall()]
        if full:
            deletions = "".join(f'DELETE FROM "{table}"; ' for table in full)
            cursor.execute(f"BEGIN; SET LOCAL session_replication_role = replica; {deletions}COMMIT")


TransactionTestCase._fixture_teardown = forget_everything  # type: ignore[method-assign]
