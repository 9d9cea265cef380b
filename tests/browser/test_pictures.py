"""Pictures of the desk at work, kept beside the tests; FANAL_TAKE_PICTURES=1 puts the README's into docs/."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from fanal.demo import cast
from fanal.holdings.models import Order, OrderState
from tests.browser.company import Desk, shop_as
from tests.browser.conftest import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.usefixtures("company")]
SCREEN = {"width": 1440, "height": 900}


def test_the_desk_with_a_late_order(program: Any, at_desk: Callable[..., Desk], window: Callable[..., Page]) -> None:
    with program.rows():
        late = timezone.localdate() - timedelta(days=1)
        Order.objects.filter(number=cast.GRANDMOTHER.order).update(promised_on=late, state=OrderState.SHIPPED)
    desk = at_desk(cast.AGENT, viewport=SCREEN)
    desk.be("Available")
    stranger = shop_as(window(), program.url)
    stranger.begin("I am writing for my grandmother.")
    desk.accept()
    nina = shop_as(window(), program.url, path="orders/", language="ru")
    nina.begin(
        "Здравствуйте! Где мой заказ? Обещали вчера, а статус не меняется.",
        name=cast.GRANDMOTHER.name, email=cast.GRANDMOTHER.email, order=cast.GRANDMOTHER.order,
    )  # fmt: skip
    desk.accept()
    order = desk.about.locator(".card", has_text=cast.GRANDMOTHER.order).first
    expect(order.locator(".tag.stop")).to_contain_text("1 day late")
    desk.say("Добрый день, Нина! Сейчас посмотрю, одну минуту.")
    desk.do("Look up the order")
    expect(desk.lines.locator(".fact", has_text="made itself")).to_be_visible()
    desk.say("Посылка уже у перевозчика, доставка сегодня до 20:00. Прислать СМС за час?")
    nina.say("Да, пожалуйста. И ещё: у машины на гарантии опять ошибка E18.")
    expect(desk.lines).to_contain_text("E18")
    stranger.say("Are you there?")
    household = shop_as(window(), program.url)
    household.begin("The washing machine is loud.", phone=cast.HOUSEHOLD_PHONE)
    expect(desk.offer).to_be_visible(timeout=20_000)
    keep(desk.page, "desk")
    desk.page.context.add_cookies([{"name": "language", "value": "ar", "url": program.url}])
    desk.page.emulate_media(color_scheme="dark")
    desk.page.reload()
    expect(desk.page.locator("html")).to_have_attribute("dir", "rtl")
    keep(desk.page, "desk-arabic")
    work = desk.page.locator("#work").bounding_box()
    about = desk.page.locator("#about").bounding_box()
    assert work
    assert about
    assert work["x"] > about["x"]


def keep(page: Page, name: str) -> None:
    page.mouse.move(700, 500)
    page.evaluate("() => document.fonts.ready")
    page.wait_for_timeout(400)
    folders = [Path(__file__).parent / "pictures"]
    if os.environ.get("FANAL_TAKE_PICTURES"):
        folders.append(ROOT / "docs")
    for folder in folders:
        folder.mkdir(exist_ok=True)
        page.screenshot(path=folder / f"{name}.png")
        assert (folder / f"{name}.png").stat().st_size < 250_000
