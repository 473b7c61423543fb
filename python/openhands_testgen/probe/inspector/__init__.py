"""What does the text of a test file tell? Used by `inspect_tests.py`; nothing here runs it."""
