"""Functions whose result depends on the day, on chance, or on what was called before."""

import datetime
import os
import random
import time
import uuid

_seen: list[str] = []


def today() -> str:
    return str(datetime.date.today())  # noqa: DTZ011 - that is what it is here for


def year() -> int:
    return datetime.datetime.now().year  # noqa: DTZ005


def hour() -> int:
    return time.localtime().tm_year


def pick() -> int:
    return random.randint(0, 10**9)


def toss() -> bool:
    return random.random() < 0.5


def token() -> str:
    return str(uuid.uuid4())


def order() -> list[str]:
    return list({"a", "b", "c", "d", "e", "f", "g"})


def register(name: str) -> int:
    _seen.append(name)
    return len(_seen)


def remember(name: str) -> str:
    os.environ["PROBE_NAME"] = name
    return name


def recall() -> str:
    return os.environ.get("PROBE_NAME", "nobody")


def add(left: int, right: int) -> int:
    return left + right


def days_ago(days: int) -> str:
    """Has so many ways that a test of each way is tried before all are given up."""
    if days < 0:
        raise ValueError("days must not be negative")
    day = datetime.date.today() - datetime.timedelta(days=min(days, 1000))  # noqa: DTZ011
    if days > 100:
        return f"long ago: {day}"
    if days > 10:
        return f"a while ago: {day}"
    return str(day)
