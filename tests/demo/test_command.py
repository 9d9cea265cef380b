"""`fanal demo load` as somebody types it who has typed nothing else before."""

import os
import subprocess
import sys
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings


@pytest.mark.timeout(300)
def test_the_demo_makes_the_tables_of_a_database_that_has_none(django_db_setup: None, tmp_path: object) -> None:
    of, name = settings.DATABASES["default"], f"test_fanal_fresh_{os.getpid()}"
    server = f"postgresql://{of['USER']}@/%s?host={quote(of['HOST'])}" + (f"&port={of['PORT']}" if of["PORT"] else "")
    with psycopg.connect(server % "postgres", autocommit=True) as beside:
        beside.execute(f"CREATE DATABASE {name}")
        try:
            with psycopg.connect(server % name, autocommit=True) as fresh:
                fresh.execute("CREATE EXTENSION IF NOT EXISTS vector")
            done = subprocess.run(
                [sys.executable, "-m", "fanal", "demo", "load", "--people", "50", "--days", "1"],
                env={**os.environ, "DATABASE_URL": server % name, "FANAL_HOME": str(tmp_path)},
                capture_output=True, text=True, timeout=280, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr[-2000:]
            assert "The demo company is loaded" in done.stdout
        finally:
            beside.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
