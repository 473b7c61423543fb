"""A small bank: accounts, transfers and a ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum


class InsufficientFundsError(Exception):
    """The balance does not allow the withdrawal."""

    def __init__(self, needed: int, available: int) -> None:
        super().__init__(f"needed {needed}, available {available}")
        self.needed = needed
        self.available = available


class Kind(Enum):
    """What sort of account it is."""

    CHECKING = "checking"
    SAVINGS = "savings"

    @property
    def may_overdraw(self) -> bool:
        return self is Kind.CHECKING

    @classmethod
    def from_code(cls, code: str) -> Kind:
        for kind in cls:
            if code.upper() == kind.name[0]:
                return kind
        raise ValueError(f"unknown account code: {code!r}")


@dataclass
class Entry:
    """One line of the ledger."""

    text: str
    cents: int

    @property
    def is_credit(self) -> bool:
        return self.cents > 0


@dataclass
class Account:
    """An account with a balance in cents."""

    owner: str
    kind: Kind = Kind.CHECKING
    balance: int = 0
    ledger: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.owner.strip():
            raise ValueError("an account needs an owner")

    def deposit(self, cents: int) -> None:
        """Add money."""
        if cents <= 0:
            raise ValueError("a deposit must be positive")
        self.balance += cents
        self.ledger.append(Entry("deposit", cents))

    def withdraw(self, cents: int) -> int:
        """Take money out; return what is left."""
        if cents <= 0:
            raise ValueError("a withdrawal must be positive")
        limit = self.balance + (50_00 if self.kind.may_overdraw else 0)
        if cents > limit:
            raise InsufficientFundsError(cents, limit)
        self.balance -= cents
        self.ledger.append(Entry("withdrawal", -cents))
        return self.balance

    def credits(self) -> list[Entry]:
        """Return the entries that brought money."""
        return [entry for entry in self.ledger if entry.is_credit]

    def interest(self, rate: Decimal) -> Decimal:
        """Return a year's interest."""
        if self.kind is Kind.SAVINGS and self.balance > 0:
            return (Decimal(self.balance) * rate / 100).quantize(Decimal("0.01"))
        return Decimal(0)

    def __len__(self) -> int:
        return len(self.ledger)


def transfer(source: Account, target: Account, cents: int) -> tuple[int, int]:
    """Move money between two accounts; return both balances."""
    if source is target:
        raise ValueError("source and target are the same account")
    source.withdraw(cents)
    target.deposit(cents)
    return source.balance, target.balance


def format_cents(cents: int, currency: str = "EUR") -> str:
    """Return an amount for people.

    >>> format_cents(123456)
    '1,234.56 EUR'
    """
    sign = "-" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    if currency == "JPY":
        return f"{sign}{whole:,} {currency}"
    return f"{sign}{whole:,}.{rest:02d} {currency}"


def fee(cents: int) -> int:
    """Return the fee of a transfer."""
    if cents < 1000:
        return 0
    if cents < 100_000:
        return 25
    if cents >= 1_000_000:
        return max(500, cents // 10_000)
    return 100
