"""What an order costs."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from orders.catalogue import CURRENCIES, PRODUCTS

#: From this many pieces of one product on, the discount of the line.
DISCOUNTS = ((100, Decimal("0.10")), (20, Decimal("0.05")))


class PricingError(ValueError):
    """The order asks for something that is not for sale."""


@dataclass(frozen=True)
class Line:
    sku: str
    quantity: int


def discount(quantity: int) -> Decimal:
    return next((rate for least, rate in DISCOUNTS if quantity >= least), Decimal(0))


def total(lines: Iterable[Line], currency: str) -> Decimal:
    if currency not in CURRENCIES:
        raise PricingError(f"unknown currency {currency!r}")
    amount = Decimal(0)
    for line in lines:
        product = PRODUCTS.get(line.sku)
        if product is None:
            raise PricingError(f"unknown product {line.sku!r}")
        if line.quantity < 1:
            raise PricingError(f"{line.sku}: quantity must be 1 or more")
        amount += product.prices[currency] * line.quantity * (1 - discount(line.quantity))
    return amount.quantize(Decimal("0.01"))
