"""Is there enough on the shelf? Pieces on hand, and pieces that are promised to somebody."""

from collections.abc import Mapping


class StockError(Exception):
    """The stock cannot do what was asked."""


class OutOfStockError(StockError):
    """More was asked for than is free."""

    def __init__(self, sku: str, requested: int, available: int) -> None:
        super().__init__(f"{sku}: {requested} requested, {available} available")
        self.sku = sku
        self.requested = requested
        self.available = available


class Stock:
    """The shelf: what lies there, and what of it is reserved."""

    def __init__(self, on_hand: Mapping[str, int] | None = None) -> None:
        self.on_hand: dict[str, int] = {}
        self.reserved: dict[str, int] = {}
        for sku, pieces in (on_hand or {}).items():
            self.receive(sku, pieces)

    def receive(self, sku: str, pieces: int) -> int:
        """Puts pieces on the shelf and answers how many lie there now."""
        if pieces < 1:
            raise StockError(f"{sku}: cannot receive {pieces} pieces")
        self.on_hand[sku] = self.on_hand.get(sku, 0) + pieces
        return self.on_hand[sku]

    def available(self, sku: str) -> int:
        """How many pieces are on the shelf and not reserved."""
        return self.on_hand.get(sku, 0) - self.reserved.get(sku, 0)

    def reserve(self, order: Mapping[str, int]) -> None:
        """Reserves a whole order, or nothing of it."""
        for sku, pieces in order.items():
            available = self.available(sku)
            if pieces > available:
                raise OutOfStockError(sku, pieces, available)
        for sku, pieces in order.items():
            self.reserved[sku] = self.reserved.get(sku, 0) + pieces

    def release(self, sku: str, pieces: int) -> None:
        """Gives reserved pieces back."""
        reserved = self.reserved.get(sku, 0)
        if pieces > reserved:
            raise StockError(f"{sku}: only {reserved} reserved")
        self.reserved[sku] = reserved - pieces

    def ship(self, sku: str, pieces: int) -> int:
        """Takes reserved pieces off the shelf and answers how many are left."""
        self.release(sku, pieces)
        self.on_hand[sku] -= pieces
        return self.on_hand[sku]


def to_reorder(stock: Stock, minimum: int = 5) -> list[str]:
    """The products of which fewer than ``minimum`` are free, scarcest first."""
    scarce = [sku for sku in stock.on_hand if stock.available(sku) < minimum]
    return sorted(scarce, key=lambda sku: (stock.available(sku), sku))
