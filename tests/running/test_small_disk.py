"""The disk is full while customers write on both channels: refused or received, never half, and on again with room."""

import contextlib
import os
import shutil
import smtplib
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from fanal.benches import kills
from fanal.benches.frame import ports_in_a_row
from fanal.benches.kept_promises import compare
from fanal.benches.kills import Place
from fanal.channels import contents
from fanal.demo import cast
from tests.channels.email.letters import letter

FULL_FOR = 12.0  # seconds


@pytest.fixture
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file system of its own that holds little."""
    folder = tmp_path_factory.mktemp("small")
    command = ["mount", "-t", "tmpfs", "-o", "size=320m,mode=755", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("NOT TESTED: only somebody who may mount can have a small disk (run it as root)")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """No byte is left there, and what becomes free is taken at once."""
    ballast, over, filled = folder / "ballast", threading.Event(), threading.Event()

    def fill() -> None:
        with ballast.open("ab") as file:
            while not over.is_set():
                size = 2**24
                while size >= 4096:
                    try:
                        os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), size)
                    except OSError:
                        size //= 2
                filled.set()
                over.wait(0.1)

    filling = threading.Thread(target=fill)
    filling.start()
    try:
        assert filled.wait(60)
        yield
    finally:
        over.set()
        filling.join()
        ballast.unlink()


def handed_over(place: Place, text: str) -> int:
    """What our door says to a mail: 250 or why not."""
    with smtplib.SMTP("127.0.0.1", place.port + 2, timeout=20) as mta:
        try:
            mta.sendmail("ana@customer.example", [cast.POST_ADDRESS], letter(text, to=cast.POST_ADDRESS))
        except smtplib.SMTPDataError as refused:
            return refused.smtp_code
        except smtplib.SMTPRecipientsRefused as refused:
            return next(iter(refused.recipients.values()))[0]
    return 250


def lines(record: Path) -> int:
    return len(record.read_text().splitlines())


def test_of_what_a_full_disk_refuses_no_half_is_left(small_disk: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = small_disk / "files"
    contents.keep(b"before")
    with full(small_disk):
        with pytest.raises(OSError, match="No space left"):
            contents.keep(b"x" * 500_000)
        assert contents.read(contents.keep(b"before")) == b"before"
    whole = contents.keep(b"y" * 500_000)
    files = [path for path in (small_disk / "files").rglob("*") if path.is_file()]
    assert sorted(files) == sorted([contents.path_of(whole), contents.path_of(contents.keep(b"before"))])


@pytest.mark.timeout(600)
def test_what_a_full_disk_refuses_is_refused_and_what_was_acknowledged_is_there_and_all_goes_on_by_itself(
    small_disk: Path, tmp_path: Path
) -> None:
    place, record = Place(home=small_disk / "h", port=ports_in_a_row(3)), tmp_path / "acknowledged"
    loaded = place.do("demo", "load", "--people", "150", "--days", "1")
    assert loaded.returncode == 0, loaded.stderr
    with contextlib.closing(place):
        place.start()
        place.wait_until_whole()
        with kills.customers(place, record, minutes=10, rate=120, seed=3) as traffic:
            with full(small_disk):
                until = time.monotonic() + FULL_FOR
                assert handed_over(place, "x" * 500_000) == 451, shutil.disk_usage(small_disk)
                said = place.do("doctor")
                assert "Disk" in said.stdout
                assert said.returncode == 1
                time.sleep(max(0.0, until - time.monotonic()))
            before = lines(record)
            place.wait_until_whole()
            deadline = time.monotonic() + 120
            while lines(record) < before + 8:
                assert time.monotonic() < deadline, "nothing is taken any more"
                time.sleep(0.2)
            traffic.terminate()
            traffic.wait(timeout=120)
        assert place.wait_until_settled() == 0
        kept = compare(record, place.address)
        assert (kept.lost, kept.doubled, kept.out_of_order, kept.set_aside) == ((), (), (), ())
        assert place.verify() == []
        half = [path for path in (place.home / "files").rglob("*") if path.is_file() and path.suffix]
        assert half == []
        assert place.started == 1
        said_aloud = (place.home / "pg" / "log").read_text(errors="replace") + (place.home / "up.log").read_text()
        assert "No space left on device" in said_aloud
