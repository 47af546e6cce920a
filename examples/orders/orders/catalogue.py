"""The product catalogue, built once when the module is imported and only read from then on."""

from dataclasses import dataclass
from decimal import Decimal

from orders import settings

KINDS = ("anchor", "bearing", "clamp", "dowel", "elbow", "flange", "gasket", "hinge", "insert", "joint")
FINISHES = ("brass", "bronze", "chrome", "nickel", "raw", "zinc")
CURRENCIES = {"EUR": Decimal("1.00"), "GBP": Decimal("0.86"), "USD": Decimal("1.08")}


@dataclass(slots=True)
class Product:
    sku: str
    name: str
    prices: dict[str, Decimal]
    sizes: list[int]
    related: list[str]


def sku(number: int) -> str:
    return f"P{number:06d}"


def build(count: int) -> dict[str, Product]:
    """The products by their number. A real service would read them from its database here."""
    products = {}
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        finish = FINISHES[number % len(FINISHES)]
        base = Decimal(100 + number % 9900) / 100
        products[sku(number)] = Product(
            sku=sku(number),
            name=f"{finish} {kind} no. {number}",
            prices={currency: (base * rate).quantize(Decimal("0.01")) for currency, rate in CURRENCIES.items()},
            sizes=[8 + number % 5, 10 + number % 7, 12 + number % 11],
            related=[sku((number * 7 + step) % count) for step in (1, 2, 3)],
        )
    return products


PRODUCTS = build(settings.CATALOGUE_SIZE)
