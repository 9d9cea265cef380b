"""Desks in a real browser, for the voice bench: when the caller is painted beside the work, and who never was."""

import contextlib
import re
import shutil
from collections.abc import Sequence
from typing import Any

from django.conf import settings

from fanal.agents.models import Agent
from fanal.benches.browsers import sign_in
from fanal.benches.voice_world import numbers, offered_to
from fanal.running.postgres import NotPossible

_WATCH = """
const seen = new Set();
const look = () => {
  const pop = document.querySelector('#about [data-pop]:not([data-pop=""])');
  if (!pop || seen.has(pop.dataset.pop)) return;
  seen.add(pop.dataset.pop);
  requestAnimationFrame(() => requestAnimationFrame(() => painted(pop.innerText, Date.now() / 1000)));
};
new MutationObserver(look).observe(document, { childList: true, subtree: true });
"""
_CUSTOMER = re.compile(r"Customer (\d+)")


class Pages:
    """One Chromium with a desk for each of these agents. `painted`: seconds since 1970, by the caller's number."""

    def __init__(self, agents: Sequence[Agent], *, port: int) -> None:
        self.port, self._agents = port, [agent.pk for agent in agents]
        self.painted: dict[str, float] = {}
        self._cookies = [sign_in(agent) for agent in agents]
        self._all, self._open = contextlib.ExitStack(), list[Any]()

    def __enter__(self) -> "Pages":
        try:
            from playwright.sync_api import sync_playwright
        except ImportError:
            raise NotPossible("The voice bench drives a browser: install the group `test` of pyproject.toml.") from None
        chromium = shutil.which("chromium")
        play = self._all.enter_context(sync_playwright())
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        self._all.callback(browser.close)
        for cookie in self._cookies:
            context = browser.new_context(viewport={"width": 1280, "height": 800})
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": f"http://127.0.0.1:{self.port}"}]
            )
            context.expose_function("painted", self._painted)
            context.add_init_script(_WATCH)
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{self.port}/")
            self._open.append(page)
        return self

    def __exit__(self, *_: object) -> None:
        self._all.close()

    def look(self) -> None:
        """Let the pages say what they painted; a tenth of a second."""
        self._open[0].wait_for_timeout(100)

    def missed(self) -> int:
        """Callers who rang at one of these desks and were painted at none; asked once the browser is closed."""
        return len(offered_to(self._agents) - set(self.painted))

    def _painted(self, words: str, at: float) -> None:
        if found := _CUSTOMER.search(words):
            self.painted.setdefault(numbers(int(found[1]) + 1)[-1], at)
