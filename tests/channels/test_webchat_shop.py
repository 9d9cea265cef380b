"""The demo shop is a site like any other: it names the script, signs its visitors, and is there only with the demo."""

import re
from datetime import UTC, datetime

import jwt
import pytest
from django.test import Client

from fanal.channels.models import ChannelAccount
from fanal.customers.models import Customer
from fanal.holdings.models import Order, OrderLine, Product

pytestmark = pytest.mark.django_db
SECRET = "demo-shop-signs-with-this-in-this-test"


@pytest.fixture
def shop() -> ChannelAccount:
    return ChannelAccount.objects.create(
        kind="webchat", code="shop", name="Shop", settings={"identity_secret": SECRET, "sites": ["self"]}
    )


@pytest.fixture
def visitor() -> Customer:
    customer = Customer.objects.create(name="عمر حداد", external_id="shop-1004")
    order = Order.objects.create(customer=customer, number="HL-700140", state="shipped", placed_at=datetime.now(UTC))
    product = Product.objects.create(code="kettle", name="Gull kettle", family="small appliances")
    OrderLine.objects.create(order=order, product=product, price=40)
    return customer


def test_without_the_demo_data_there_is_no_shop(visitor: Customer) -> None:
    assert Client().get("/demo-shop/").status_code == 404
    real = {"identity_secret": "a-real-shops-own-secret-of-32-bytes"}
    ChannelAccount.objects.create(kind="webchat", code="shop", name="Real", settings=real)
    assert Client().get("/demo-shop/").status_code == 404


@pytest.mark.parametrize("path", ["", "products/kettle/", "orders/", "mail/", "help/"])
def test_every_page_names_the_script_and_sets_nothing_inline(
    shop: ChannelAccount, visitor: Customer, path: str
) -> None:
    page = Client().get(f"/demo-shop/{path}?language=ar").content.decode()
    assert 'dir="rtl"' in page
    assert re.search(r'<script src="http://testserver/widget/v1.js" data-account="shop"', page)
    assert " style=" not in page
    assert "onclick" not in page


def test_a_visitor_is_signed_on_the_server_for_a_few_minutes(shop: ChannelAccount, visitor: Customer) -> None:
    client = Client()
    assert "data-identity" not in client.get("/demo-shop/").content.decode()
    client.post("/demo-shop/visitor/", {"customer": "shop-1004", "back": "/demo-shop/orders/"})
    page = client.get("/demo-shop/orders/?order=HL-700140").content.decode()
    signed = re.search(r'data-identity="([^"]+)"', page)
    assert signed
    claims = jwt.decode(signed[1], SECRET, algorithms=["HS256"], audience="shop")
    assert claims["sub"] == "shop-1004"
    assert 0 < claims["exp"] - datetime.now(UTC).timestamp() <= 300
    assert 'data-order="HL-700140"' in page
    assert SECRET not in page


def test_only_the_tours_people_can_be_visited_as(shop: ChannelAccount, visitor: Customer) -> None:
    Customer.objects.create(name="Somebody", external_id="shop-20001")
    client = Client()
    assert client.post("/demo-shop/visitor/", {"customer": "shop-20001"}).status_code == 400
    away = client.post("/demo-shop/visitor/", {"customer": "", "back": "https://evil.example/"})
    assert away["Location"] == "/demo-shop/"


def test_another_ones_order_is_not_told_to_the_chat(shop: ChannelAccount, visitor: Customer) -> None:
    other = Customer.objects.create(name="Somebody", external_id="shop-1005")
    Order.objects.create(customer=other, number="HL-700150", placed_at=datetime.now(UTC))
    client = Client()
    client.post("/demo-shop/visitor/", {"customer": "shop-1004"})
    assert "HL-700150" not in client.get("/demo-shop/orders/?order=HL-700150").content.decode()
