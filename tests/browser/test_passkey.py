"""A passkey in Chromium, with a virtual authenticator: added once, then the only thing needed to sign in."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from fanal.demo import cast
from tests.browser.company import sign_in
from tests.browser.conftest import Program

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_authenticator(page: Page) -> tuple[CDPSession, str]:
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    added: dict[str, Any] = device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return device, added["authenticatorId"]


def test_a_passkey_is_added_and_then_signs_in_without_a_password(
    program: Program, company: None, window: Callable[..., Page]
) -> None:
    url = f"http://localhost:{program.port}"  # a passkey belongs to a name, never to an address
    page = window()
    device, authenticator = with_authenticator(page)
    sign_in(page, url, cast.SECOND)
    page.goto(f"{url}/accounts/2fa/webauthn/add/")
    if page.locator("#id_password").count():
        page.locator("#id_password").fill(cast.PASSWORD)
        page.locator("main form button[type=submit]").first.click()
    page.locator("input[name=passwordless]").check()
    page.locator("#mfa_webauthn_add").click()
    expect(page).not_to_have_url(f"{url}/accounts/2fa/webauthn/add/")
    kept = device.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]
    assert [one["rpId"] for one in kept] == ["localhost"]
    assert kept[0]["isResidentCredential"]

    page.context.clear_cookies()
    page.goto(f"{url}/accounts/login/?next=/cases/")
    page.locator("#passkey_login").click()
    expect(page.locator(".shell")).to_be_visible()
    expect(page).to_have_url(f"{url}/cases/")

    page.context.clear_cookies()
    device.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    page.goto(f"{url}/accounts/login/")
    page.locator("#passkey_login").click()
    page.goto(f"{url}/cases/")
    expect(page.locator("#id_login")).to_be_visible()

    with program.rows():
        from allauth.mfa.models import Authenticator

        Authenticator.objects.all().delete()
