"""What belongs to fanal besides its code: assets, catalogues, the secret, mail, and Chromium for its tests."""

import shlex
import shutil
import smtplib
import ssl
import stat
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from fanal.environment import ROOT, environment
from fanal.running.doctor.finding import Finding, fail, ok, warn


def assets() -> Iterator[Finding]:
    folder = ROOT / "fanal" / "static" / "fanal"
    files = [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []
    if any(path.suffix == ".js" for path in files) and any(path.suffix == ".css" for path in files):
        yield ok("Assets", f"{len(files)} files")
    else:
        yield fail(
            "Assets", "not built", "In a checkout, run bin/assets in .venv; an installed fanal brings them along."
        )


def translations() -> Iterator[Finding]:
    for catalogue in sorted((ROOT / "fanal").glob("locale/*/LC_MESSAGES/*.po")):
        compiled = catalogue.with_suffix(".mo")
        name = f"Translation {catalogue.parts[-3]}"
        if not compiled.exists():
            yield fail(name, "not compiled", "Run bin/assets.")
        elif compiled.stat().st_mtime < catalogue.stat().st_mtime:
            yield warn(name, "older than its source", "Run bin/assets.")
        else:
            yield ok(name, "compiled")


def secrets() -> Iterator[Finding]:
    path = environment.home / "secret"
    if environment.secret:
        short = len(environment.secret) < 32
        todo = "Set FANAL_SECRET to 32 characters or more; everybody signs in anew then."
        yield warn("Secret", "FANAL_SECRET is short", todo) if short else ok("Secret", "from FANAL_SECRET")
    elif path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield fail(
            "Secret", f"others can read {path}", f"chmod 600 {path}, or delete it: everybody signs in anew then."
        )
    else:
        yield ok("Secret", "kept in the home folder")
    if environment.debug:
        yield warn("Debugging", "on: errors show their insides", "Unset FANAL_DEBUG unless you are developing.")


def mail() -> Iterator[Finding]:
    if not environment.smtp_url:
        yield warn("Mail", "no server", "Set FANAL_SMTP_URL, or invitations and resets stay unsent.")
        return
    parts = urlsplit(environment.smtp_url)
    if parts.scheme == "file":
        yield warn("Mail", f"is not sent, but written to {unquote(parts.path)}", "FANAL_SMTP_URL names a mail server.")
        return
    name = f"Mail ({parts.hostname})"
    try:
        with _session(parts.scheme, parts.hostname or "", parts.port) as session:
            if parts.username:
                session.login(unquote(parts.username), unquote(parts.password or ""))
            session.noop()
    except (OSError, smtplib.SMTPException) as reason:
        yield fail(
            name,
            str(reason).split("\n", 1)[0],
            "Check FANAL_SMTP_URL: smtps://user:password@host:465 or smtp+tls://…:587.",
        )
    else:
        yield ok(name, "answers")


def _session(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=10, context=ssl.create_default_context())
    session = smtplib.SMTP(host, port or (587 if scheme == "smtp+tls" else 25), timeout=10)
    if scheme == "smtp+tls":
        session.starttls(context=ssl.create_default_context())
    return session


def speech() -> Iterator[Finding]:
    program = (shlex.split(environment.speech) or [""])[0]
    found = shutil.which(program) if program else None
    if found:
        yield ok("Voice", found)
    else:
        todo = "apt-get install espeak-ng, or name another in FANAL_SPEECH. Own recordings are played without one."
        yield warn("Voice", f"{program or 'none'} is not installed: what nobody has recorded is silence", todo)


def chromium() -> Iterator[Finding]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found:
        yield ok("Chromium", found)
    elif (ROOT / "tests").exists():
        yield warn("Chromium", "not installed", "Only the browser tests need it: apt-get install chromium.")
