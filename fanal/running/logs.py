"""One line of log for each thing that happened, on standard error: for people, or as JSON for a collector."""

import re
from typing import Any

import structlog

DETAIL = re.compile(r"(?:DETAIL|CONTEXT):[^\n]*")


def settings(*, as_json: bool, debug: bool) -> dict[str, Any]:
    """Django's LOGGING. Nothing that is logged may hold personal data: ids and codes only."""
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=False, pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
        )
    )
    before: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": before,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _without_rows,
            renderer,
        ],
    }
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "fanal": {"level": "DEBUG" if debug else "INFO"},
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            # A wrong address or a refused form is the visitor's doing and no news.
            "django.request": {"level": "ERROR"},
            "procrastinate": {"level": "WARNING"},
        },
    }


def _without_rows(_logger: Any, _method: str, line: structlog.types.EventDict) -> structlog.types.EventDict:
    """A database says the values of a row that it refuses; where it happened is enough for us.

    Tracebacks are plain for the same reason: a pretty one shows local variables, passwords among them.
    """
    if isinstance(told := line.get("exception"), str):
        line["exception"] = DETAIL.sub("DETAIL: left out", told)
    return line
