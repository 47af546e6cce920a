"""The latest orders of this process."""

import uuid
from collections import deque
from dataclasses import dataclass
from decimal import Decimal

from orders import settings
from orders.pricing import Line


@dataclass(frozen=True)
class Order:
    id: str
    customer: str
    currency: str
    lines: tuple[Line, ...]
    total: Decimal


recent: deque[Order] = deque(maxlen=settings.RECENT_ORDERS)


def add(customer: str, currency: str, lines: tuple[Line, ...], total: Decimal) -> Order:
    order = Order(id=uuid.uuid4().hex, customer=customer, currency=currency, lines=lines, total=total)
    recent.append(order)
    return order
