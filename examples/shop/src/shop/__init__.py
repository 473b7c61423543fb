"""A small shop: what a cart costs, and whether there is enough on the shelf."""
