"""Orders of a small shop: what the test files beside this one test."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import enum
import json
import logging
import os
import random
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

LIMIT = 3
VAT = {"standard": 0.2, "reduced": 0.05}
logger = logging.getLogger(__name__)


class Status(enum.Enum):
    OPEN = "open"
    PAID = "paid"


class OrderError(ValueError):
    """Something is wrong with an order."""


@dataclasses.dataclass(order=True)
class Line:
    name: str
    price: float
    count: int = 1

    @property
    def total(self) -> float:
        return self.price * self.count


class Order:
    """Lines that are paid together."""

    def __init__(self, customer: str) -> None:
        if not customer:
            raise OrderError("an order needs a customer")
        self.customer = customer
        self.lines: list[Line] = []
        self.status = Status.OPEN

    def add(self, name: str, price: float, count: int = 1) -> Line:
        if self.status is Status.PAID:
            raise OrderError(f"the order of {self.customer} is paid")
        if price < 0:
            raise OrderError(f"price {price} of {name} is negative")
        if len(self.lines) == LIMIT:
            warnings.warn("the order is long", UserWarning, stacklevel=2)
        line = Line(name, price, count)
        self.lines.append(line)
        logger.info("added %s", name)
        return line

    def total(self, vat: str = "standard") -> float:
        return sum(line.total for line in self.lines) * (1 + VAT[vat])

    def pay(self, charge: Callable[[float], bool]) -> bool:
        if not self.lines:
            return False
        if charge(self.total()):
            self.status = Status.PAID
            return True
        logger.warning("%s cannot pay", self.customer)
        return False

    def __len__(self) -> int:
        return len(self.lines)

    def __iter__(self) -> Iterator[Line]:
        yield from self.lines

    def __repr__(self) -> str:
        return f"Order({self.customer!r}, {len(self)} lines)"


def slug(text: str) -> str:
    """A name for addresses.

    >>> slug("Green Tea")
    'green-tea'
    """
    return "-".join(text.lower().split())


def save(order: Order, path: Path) -> Path:
    data = {"customer": order.customer, "lines": [dataclasses.astuple(line) for line in order]}
    path.write_text(json.dumps(data))
    return path


def load(path: Path) -> Order:
    data = json.loads(Path(path).read_text())
    order = Order(data["customer"])
    for name, price, count in data["lines"]:
        order.add(name, price, count)
    return order


def batches(order: Order, size: int) -> Iterator[list[Line]]:
    batch: list[Line] = []
    for line in order:
        batch.append(line)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


@contextlib.contextmanager
def discounted(order: Order, factor: float) -> Iterator[Order]:
    before = [line.price for line in order]
    for line in order:
        line.price *= factor
    try:
        yield order
    finally:
        for line, price in zip(order, before):
            line.price = price


async def fetch_price(name: str, delay: float = 0.0) -> float:
    await asyncio.sleep(delay)
    if name == "gold":
        raise OrderError("no price for gold")
    return float(len(name))


async def fetch_all(names: list[str]) -> list[float]:
    return list(await asyncio.gather(*(fetch_price(name) for name in names)))


def due(days: int = 14) -> date:
    return today() + timedelta(days=days)


def today() -> date:
    return datetime.now().date()


def age(since: float) -> float:
    return time.time() - since


def currency() -> str:
    return os.environ.get("SHOP_CURRENCY", "EUR")


def receipt(order: Order) -> None:
    for line in order:
        print(f"{line.name}: {line.total:.2f}")
    print(f"total: {order.total():.2f}", file=sys.stderr)


def lottery(customers: list[str], seed: int | None = None) -> str:
    return random.Random(seed).choice(customers)


def count_in_threads(orders: list[Order]) -> int:
    counted: list[int] = []
    threads = [threading.Thread(target=lambda o=order: counted.append(len(o))) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counted)


def print_version(python: str = sys.executable) -> str:
    done = subprocess.run(
        [python, "-c", "print('shop 1.0')"], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def main(arguments: list[str] | None = None) -> int:
    names = sys.argv[1:] if arguments is None else arguments
    if not names:
        print("usage: orders NAME...", file=sys.stderr)
        raise SystemExit(2)
    print(" ".join(map(slug, names)))
    return 0


if __name__ == "__main__":
    main()
