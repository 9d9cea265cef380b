"""`fanal email …`: what fanal makes of e-mail files, without a server."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from fanal.channels.email.parsing.bounded import Parser
from fanal.channels.email.parsing.letter import Letter

app = typer.Typer(no_args_is_help=True, help="What fanal makes of e-mails.")


@app.callback()
def email() -> None:
    """What fanal makes of e-mails."""


@app.command()
def parse(
    files: Annotated[list[Path], typer.Argument(help="E-mails as files (.eml); - reads one from the standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Parse e-mails as they would be when they come in; what cannot be parsed is parked with its reason."""
    missing = False
    with Parser() as parser:
        for file in files:
            try:
                content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
            except OSError as fault:
                typer.secho(f"{file}: {fault.strerror}", err=True, fg=typer.colors.RED)
                missing = True
                continue
            letter = parser.parse(content)
            typer.echo(json.dumps(told(str(file), letter), ensure_ascii=False) if as_json else shown(str(file), letter))
    raise typer.Exit(1 if missing else 0)


def told(file: str, letter: Letter) -> dict[str, Any]:
    """One message as the JSON object that is printed."""
    return {
        "file": file,
        "status": letter.status,
        "reason": letter.reason or None,
        "message_id": letter.message_id or None,
        "in_reply_to": letter.in_reply_to or None,
        "references": list(letter.references),
        "from": str(letter.sender) if letter.sender else None,
        "to": [str(one) for one in letter.to],
        "cc": [str(one) for one in letter.cc],
        "subject": letter.subject,
        "date": letter.date.isoformat() if letter.date else None,
        "language": letter.language or None,
        "text": letter.text,
        "reply_text": letter.reply_text,
        "html": letter.html or None,
        "attachments": [
            {"name": one.name, "type": one.type, "size": one.size, "sha256": one.sha256} for one in letter.attachments
        ],
        "auto_generated": letter.auto_generated,
    }


def shown(file: str, letter: Letter) -> str:
    """One message for a person at a terminal."""
    lines = [
        f"{file}: {letter.status}{f' ({letter.reason})' if letter.reason else ''}",
        f"  From: {letter.sender or '-'}",
        f"  Subject: {letter.subject or '-'}",
        f"  Attachments: {', '.join(one.name for one in letter.attachments) or '-'}",
        *(f"  | {line}" for line in letter.reply_text.splitlines()[:12]),
    ]
    return "\n".join(lines)
