"""What does a cart cost? Items, vouchers and shipping, in exact cents."""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum

CENT = Decimal("0.01")
FREE_SHIPPING_FROM = Decimal("50.00")
MAX_QUANTITY = 99


class CartError(ValueError):
    """The cart cannot do what was asked."""


class VoucherError(CartError):
    """The voucher does not hold for this cart."""


class Shipping(Enum):
    """How the goods travel, and what that costs."""

    PICKUP = "0.00"
    STANDARD = "4.90"
    EXPRESS = "12.50"

    @property
    def cost(self) -> Decimal:
        """What it costs, before an order is large enough to travel free."""
        return Decimal(self.value)


def round_cents(amount: Decimal) -> Decimal:
    """Rounds to whole cents, half a cent up, as the till does.

    >>> round_cents(Decimal("2.675"))
    Decimal('2.68')
    """
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def parse_price(text: str) -> Decimal:
    """Reads a price as people write it: ``12.50``, ``12,50`` or ``12.50 EUR``.

    >>> parse_price("12,50 EUR")
    Decimal('12.50')
    """
    number = text.strip().removesuffix("EUR").strip().replace(",", ".")
    if number.count(".") > 1 or not number.replace(".", "").isdecimal():
        raise CartError(f"not a price: {text!r}")
    return round_cents(Decimal(number))


@dataclass(frozen=True)
class Item:
    """One product in the cart."""

    sku: str
    price: Decimal
    quantity: int = 1

    def __post_init__(self) -> None:
        if not self.sku:
            raise CartError("an item needs a SKU")
        if self.price < 0:
            raise CartError(f"the price of {self.sku} is negative")
        if not 1 <= self.quantity <= MAX_QUANTITY:
            raise CartError(f"the quantity of {self.sku} must be 1 to {MAX_QUANTITY}")

    @property
    def total(self) -> Decimal:
        """What all pieces of it cost."""
        return round_cents(self.price * self.quantity)


@dataclass(frozen=True)
class Voucher:
    """Takes something off: a percentage, an amount, or both, one after the other."""

    code: str
    percent: int = 0
    amount: Decimal = Decimal("0.00")
    minimum: Decimal = Decimal("0.00")

    def __post_init__(self) -> None:
        if not 0 <= self.percent <= 100:
            raise VoucherError(f"{self.code}: {self.percent} is not a percentage")
        if self.percent == 0 and self.amount <= 0:
            raise VoucherError(f"{self.code} takes nothing off")

    def discount(self, subtotal: Decimal) -> Decimal:
        """What it takes off this subtotal; never more than there is."""
        if subtotal < self.minimum:
            missing = round_cents(self.minimum - subtotal)
            raise VoucherError(f"{self.code} needs {missing} more in the cart")
        off = round_cents(subtotal * self.percent / 100) + self.amount
        return min(off, subtotal)


@dataclass
class Cart:
    """What a customer is about to buy."""

    items: dict[str, Item] = field(default_factory=dict)
    voucher: Voucher | None = None

    def add(self, sku: str, price: Decimal, quantity: int = 1) -> Item:
        """Adds pieces of a product; a second time adds to the first, at the newer price."""
        present = self.items.get(sku)
        if present is not None:
            quantity += present.quantity
        self.items[sku] = Item(sku, price, quantity)
        return self.items[sku]

    def remove(self, sku: str) -> None:
        """Takes a product out."""
        if sku not in self.items:
            raise CartError(f"{sku} is not in the cart")
        del self.items[sku]

    def subtotal(self) -> Decimal:
        """What the items cost, before vouchers and shipping."""
        return sum((item.total for item in self.items.values()), Decimal("0.00"))

    def shipping(self, method: Shipping = Shipping.STANDARD) -> Decimal:
        """What shipping costs: nothing for an order that is large enough, unless it is urgent."""
        if method is Shipping.EXPRESS:
            return method.cost
        if self.subtotal() >= FREE_SHIPPING_FROM:
            return Decimal("0.00")
        return method.cost

    def total(self, method: Shipping = Shipping.STANDARD) -> Decimal:
        """What the customer pays."""
        if not self.items:
            raise CartError("the cart is empty")
        total = self.subtotal()
        if self.voucher is not None:
            total -= self.voucher.discount(total)
        return total + self.shipping(method)
