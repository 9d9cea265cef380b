"""A back-up goes all the way round: made while fanal runs, cut short, damaged, restored beside or in the place."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from fanal.channels import contents
from fanal.channels.models import ChannelAccount
from fanal.intake.mail.processing import process_waiting
from fanal.intake.mail.taking import take
from fanal.interactions import actions as interactions
from fanal.interactions.models import Author, DeliveryState, Interaction, Message
from fanal.running.backup import places, reading, writing
from fanal.running.backup.drill import drill
from fanal.running.postgres import NotPossible, beside, name_of
from tests.channels.email.letters import an_account, letter
from tests.people import an_agent
from tests.servers import address_of, rows_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A shop in whose life something happened: a mail with its bytes on the disk, an answer that waits to go out."""
    settings.MEDIA_ROOT = tmp_path / "files"
    (tmp_path / "secret").write_text(settings.SECRET_KEY)
    account = an_account()
    for number in range(3):
        take(account=account, content=letter(f"Number {number}"), way="listener", now=timezone.now())
    process_waiting()
    contact = Interaction.objects.order_by("pk")[0]
    interactions.add_message(
        interaction=contact, author=Author.AGENT, text="Soon", external_id="1", agent=an_agent(), now=timezone.now()
    )
    yield tmp_path
    from fanal.channels import registry

    registry.channel("email").close()


@pytest.fixture
def empty(home: Path) -> Iterator[str]:
    """Another database of the same server, with nothing in it."""
    with places.scratch(address_of(), f"restored_{os.getpid()}") as address:
        yield address


@pytest.fixture
def made(home: Path) -> Path:
    target = home / "all.fanal"
    writing.make(address=address_of(), files=home / "files", secret=None, target=target)
    return target


def fanal(*command: str, home: Path, address: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fanal", *command],
        env={**os.environ, "FANAL_HOME": str(home), "DATABASE_URL": address, "COLUMNS": "200"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=200,
    )  # fmt: skip


def rows(address: str) -> dict[str, int]:
    """How many rows every table has."""
    with psycopg.connect(address) as there:
        tables = there.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        return {name: one(there, f'SELECT count(*) FROM "{name}"') for (name,) in tables.fetchall()}


def one(there: psycopg.Connection[Any], sql: str) -> Any:
    return there.execute(sql).fetchone()[0]  # type: ignore[index]


def test_what_was_backed_up_is_there_again_and_keeps_every_promise(home: Path, empty: str) -> None:
    file, elsewhere = home / "all.fanal", home / "elsewhere"
    written = fanal("backup", str(file), "--with-secret", home=home, address=address_of())
    assert written.returncode == 0, written.stderr
    assert file.stat().st_mode & 0o077 == 0
    before = rows(address_of())
    elsewhere.mkdir()
    restored = fanal("restore", str(file), home=elsewhere, address=empty)
    assert restored.returncode == 0, restored.stdout + restored.stderr
    assert "all hold" in restored.stdout
    doubted = "1 mails waited to be sent when it was made"
    assert doubted in restored.stdout
    after = rows(empty)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"events_event"}  # that the mail is in doubt is an event of its own
    assert (elsewhere / "secret").read_text() == (home / "secret").read_text()
    kept = {
        path.relative_to(home / "files"): path.read_bytes() for path in (home / "files").rglob("*") if path.is_file()
    }
    assert len(kept) == 3
    assert {name: (elsewhere / "files" / name).read_bytes() for name in kept} == kept
    with psycopg.connect(empty) as there:
        assert one(there, "SELECT state FROM interactions_message WHERE author = 'agent'") == "unknown"


def test_a_mail_that_is_delivered_again_after_a_restore_is_not_doubled(home: Path, empty: str, made: Path) -> None:
    """The mailbox's cursor is as old as the back-up, so what came before is read once more."""
    reading.load_database(reading.examined(made), empty)
    with rows_of(NAME=name_of(empty)):
        account = ChannelAccount.objects.get()
        for path in sorted((home / "files").rglob("*")):
            if path.is_file():
                take(account=account, content=path.read_bytes(), way="imap", now=timezone.now())
        process_waiting()
        assert Message.objects.filter(author="customer").count() == 3


@pytest.mark.parametrize("share", [0.0, 0.02, 0.3, 0.6, 0.9, 0.999])
def test_a_back_up_that_was_cut_short_is_refused_before_anything_is_touched(
    home: Path, empty: str, made: Path, share: float
) -> None:
    whole = made.read_bytes()
    end = whole.rindex(b"end.json") + 512
    made.write_bytes(whole[: int(end * share)])
    said = fanal("restore", str(made), home=home / "elsewhere", address=empty)
    assert said.returncode == 1
    assert "cut short" in said.stderr or "cannot be read" in said.stderr, said.stderr
    assert places.is_empty(empty)


@pytest.mark.parametrize("which", ["database/", "files/"])
def test_a_back_up_in_which_a_byte_changed_is_refused(made: Path, which: str) -> None:
    content = bytearray(made.read_bytes())
    place = content.index(which.encode()) + 512 + 60
    content[place] ^= 1
    made.write_bytes(content)
    with pytest.raises(NotPossible, match="damaged"):
        reading.examined(made)


def test_what_is_there_is_never_written_over(home: Path, empty: str, made: Path) -> None:
    elsewhere = home / "elsewhere"
    elsewhere.mkdir()
    with psycopg.connect(empty, autocommit=True) as there:
        there.execute("CREATE TABLE precious AS SELECT 7 AS number")
    refused = fanal("restore", str(made), home=elsewhere, address=empty)
    assert refused.returncode == 1
    assert "not empty" in refused.stderr
    replaced = fanal("restore", str(made), "--replace", home=elsewhere, address=empty)
    assert replaced.returncode == 0, replaced.stderr
    kept = replaced.stdout.split("is kept as the database ")[1].split(".")[0]
    with psycopg.connect(beside(empty, kept)) as there:
        assert one(there, "SELECT number FROM precious") == 7
    places.drop(empty, kept)
    assert rows(empty)["interactions_message"] == 4


def test_nobody_may_use_the_database_meanwhile(home: Path, empty: str, made: Path) -> None:
    with psycopg.connect(empty):
        refused = fanal("restore", str(made), home=home, address=empty)
    assert refused.returncode == 1
    assert "stop fanal first" in refused.stderr
    assert places.is_empty(empty)


def test_a_back_up_of_a_newer_version_is_refused(home: Path, empty: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('cases', '9999_tomorrow', now())")
    try:
        writing.make(address=address_of(), files=home / "files", secret=None, target=home / "all.fanal")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE name = '9999_tomorrow'")
    refused = fanal("restore", str(home / "all.fanal"), home=home, address=empty)
    assert refused.returncode == 1
    assert "cases.9999_tomorrow" in refused.stderr


def test_a_back_up_that_cannot_be_written_leaves_the_last_one(home: Path, made: Path) -> None:
    before = made.read_bytes()
    wrong = address_of("no_such_database")
    with pytest.raises(Exception, match="no_such_database"):
        writing.make(address=wrong, files=home / "files", secret=None, target=made)
    assert made.read_bytes() == before
    assert list(home.glob("*.part")) == []


def test_what_is_written_while_a_back_up_is_made_is_whole_in_it_or_not_there(
    home: Path, empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files are read after the rows that name them; a mail that comes in between is a file more."""
    add_files: Callable[..., int] = writing._add_files

    def and_a_mail_comes(tar: Any, folder: Path) -> int:
        contents.keep(b"a mail that came while the back-up was made")
        return add_files(tar, folder)

    monkeypatch.setattr(writing, "_add_files", and_a_mail_comes)
    target = home / "all.fanal"
    made = writing.make(address=address_of(), files=home / "files", secret=None, target=target)
    assert made.files == 4
    reading.load_database(reading.examined(target), empty)
    with psycopg.connect(empty) as there:
        named = {sha256 for (sha256,) in there.execute("SELECT raw FROM interactions_letter WHERE NOT ours")}
    assert reading.load_files(reading.examined(target), home / "elsewhere") == 4
    assert all((home / "elsewhere" / name[:2] / name[2:]).exists() for name in named)


def test_the_drill_says_how_long_it_takes_and_that_every_promise_holds(home: Path, made: Path) -> None:
    drilled = drill(made, address=address_of())
    assert drilled.broken == ()
    assert drilled.files == 3
    assert 0 < drilled.restored_seconds < 120
    assert drilled.behind_seconds >= 0


def test_the_drill_finds_what_is_broken_in_a_back_up(home: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE interactions_message SET state = 'sent' WHERE author = 'agent'")
    said = fanal("backup", "--drill", home=home, address=address_of())
    assert said.returncode == 1
    assert "letters_are_where_they_say" in said.stderr


def test_a_person_sends_again_what_a_restore_left_in_doubt(home: Path) -> None:
    assert interactions.doubt_unsent(now=timezone.now()) == 1
    said = Message.objects.get(author="agent")
    assert said.state == DeliveryState.UNKNOWN
    assert interactions.send_again(message=said, by=an_agent("administrator"), now=timezone.now())
