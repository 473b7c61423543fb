"""Modules that are awkward to test, and what shall come of each."""
