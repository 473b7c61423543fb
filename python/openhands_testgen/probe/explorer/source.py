"""Reads the module under test without running it, and says clearly when it cannot be tested."""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from dataclasses import dataclass
from pathlib import Path

from .request import InvalidModuleError


@dataclass(frozen=True)
class Source:
    """The text of a module and its syntax tree."""

    path: Path
    text: str
    tree: ast.Module


def read_source(path: Path) -> Source:
    """Read and parse.

    Raises:
        InvalidModuleError: missing, empty, not decodable, or not valid Python.
    """
    try:
        text = _decode(path.read_bytes())
    except FileNotFoundError:
        raise InvalidModuleError("there is no such file: check the path.") from None
    except IsADirectoryError:
        raise InvalidModuleError("it is a folder: name a .py file.") from None
    except UnicodeDecodeError as error:
        raise InvalidModuleError(
            f"it is not valid {error.encoding.upper()} (byte {error.start}): save it as UTF-8, or"
            " declare its encoding in the first line."
        ) from None
    except SyntaxError as error:
        raise InvalidModuleError(f"it cannot be decoded ({error.msg}): save it as UTF-8.") from None
    if not text.strip():
        raise InvalidModuleError("it is empty: there is nothing to test.")
    return Source(path, text, _parse(text))


def _decode(data: bytes) -> str:
    """Decode source code as Python would; all line ends become line feeds."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        if "unknown encoding" in str(error):
            raise
        encoding = "utf-8"
    text = data.decode(encoding)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _parse(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError as error:
        place = f"line {error.lineno}: " if error.lineno else ""
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise InvalidModuleError(
            f"{place}{error.msg}: fix the syntax error first, or, if a newer Python knows it, name"
            f" that interpreter by the setting `python` (this one is {version})."
        ) from None
    except ValueError as error:
        raise InvalidModuleError(f"it cannot be parsed ({error}): fix it first.") from None
    except (RecursionError, MemoryError):
        raise InvalidModuleError("it is nested too deeply to be parsed.") from None
