"""What is done with an article: drafted, written, dropped, taken up again."""

from datetime import datetime

from django.db import transaction

from fanal.agents.models import Agent
from fanal.cases.models import Case, Category
from fanal.events.actions import publish
from fanal.knowledge.models import Article, ArticleState

LONGEST = 100_000


class NotPossible(Exception):
    """`code` says why: title_missing, body_too_long, written_meanwhile."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def draft(
    *, title: str, body: str, language: str, category: Category | None, case: Case | None, now: datetime, by: Agent
) -> Article:
    """A new draft. Raises NotPossible."""
    article = Article.objects.create(
        **_checked(title, body), language=language, category=category, case=case,
        made_by=by, written_by=by, created_at=now, updated_at=now,
    )  # fmt: skip
    _tell(article, "article.drafted", by=by, now=now)
    return article


@transaction.atomic
def write(
    *,
    article: Article,
    title: str,
    body: str,
    language: str,
    category: Category | None,
    version: int,
    now: datetime,
    by: Agent,
) -> Article:
    """Write the whole of it anew, from `version`. Raises NotPossible, also when somebody else wrote meanwhile."""
    article = Article.objects.select_for_update().get(pk=article.pk)
    if article.version != version:
        raise NotPossible("written_meanwhile")
    for name, value in _checked(title, body).items():
        setattr(article, name, value)
    article.language, article.category = language, category
    return _kept(article, "article.written", by=by, now=now)


@transaction.atomic
def drop(*, article: Article, dropped: bool = True, now: datetime, by: Agent) -> Article:
    """Put a draft aside, or take it up again; twice is once."""
    article = Article.objects.select_for_update().get(pk=article.pk)
    state = ArticleState.DROPPED if dropped else ArticleState.DRAFT
    if article.state == state:
        return article
    article.state = state
    return _kept(article, "article.dropped" if dropped else "article.taken_up", by=by, now=now)


def _checked(title: str, body: str) -> dict[str, str]:
    title, body = title.strip().replace("\x00", ""), body.replace("\x00", "")
    if not title:
        raise NotPossible("title_missing")
    if len(body) > LONGEST:
        raise NotPossible("body_too_long")
    return {"title": title[:200], "body": body}


def _kept(article: Article, kind: str, *, by: Agent, now: datetime) -> Article:
    article.version += 1
    article.written_by, article.updated_at = by, now
    article.save()
    _tell(article, kind, by=by, now=now)
    return article


def _tell(article: Article, kind: str, *, by: Agent, now: datetime) -> None:
    publish(kind=kind, data={"article": article.pk}, audience=["supervision", f"agent:{by.pk}"], now=now, by=by.pk)
