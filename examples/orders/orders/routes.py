"""The service's HTTP interface."""

import gc
import os
import threading

from flask import Blueprint, jsonify, render_template, request

from orders import audit, store
from orders.catalogue import PRODUCTS
from orders.pricing import Line, PricingError, total

api = Blueprint("orders", __name__)


@api.get("/")
def index():
    return render_template("index.html")


@api.get("/products/<sku>")
def product(sku: str):
    found = PRODUCTS.get(sku)
    if found is None:
        return jsonify(error=f"unknown product {sku!r}"), 404
    prices = {currency: str(price) for currency, price in found.prices.items()}
    return jsonify(sku=found.sku, name=found.name, prices=prices, sizes=found.sizes, related=found.related)


@api.post("/orders")
def place():
    """Takes ``{"customer": "…", "currency": "EUR", "lines": [{"sku": "P000001", "quantity": 2}]}``."""
    body = request.get_json(silent=True)
    try:
        customer, currency = str(body["customer"]), str(body.get("currency", "EUR"))
        lines = tuple(Line(str(line["sku"]), int(line["quantity"])) for line in body["lines"])
        amount = total(lines, currency)
    except PricingError as error:
        return jsonify(error=str(error)), 422
    except (KeyError, TypeError, ValueError, AttributeError):
        return jsonify(error="an order needs a customer and lines of sku and quantity"), 400
    order = store.add(customer, currency, lines, amount)
    audit.record("order-placed", order=order.id, total=str(order.total), currency=order.currency)
    return jsonify(id=order.id, total=str(order.total), currency=order.currency), 201


@api.get("/stats")
def stats():
    """Of the process that answers: each worker has a queue and counters of its own."""
    return jsonify(
        pid=os.getpid(),
        queued=audit.jobs.qsize(),
        taken=audit.taken,
        orders=len(store.recent),
        threads=[thread.name for thread in threading.enumerate()],
    )


@api.post("/maintenance/collect")
def collect():
    """Full garbage collection in the process that answers."""
    return jsonify(pid=os.getpid(), collected=gc.collect(), frozen=gc.get_freeze_count())
