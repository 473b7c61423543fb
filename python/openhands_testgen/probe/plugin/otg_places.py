"""Which folders are temporary, and which files is an audited call about to change?"""

import os
import tempfile

#: Written by tools, not by tests: changes of these are nobody's fault.
CACHES = frozenset({"__pycache__", ".pytest_cache", ".hypothesis", ".mypy_cache", ".ruff_cache"})
#: How the folders begin that pytest keeps of its last runs, as it means to.
PYTEST_FOLDER = "pytest-of-"

#: The audit events of what is done to files: where among the arguments are the path and the
#: descriptor of its folder, if there is one?
TOUCHING: dict[str, tuple[tuple[int, int | None], ...]] = {
    "open": ((0, None),),
    "os.chmod": ((0, 2),),
    "os.chown": ((0, 3),),
    "os.link": ((1, 3),),
    "os.mkdir": ((0, 2),),
    "os.remove": ((0, 1),),
    "os.removexattr": ((0, None),),
    "os.rename": ((0, 2), (1, 3)),
    "os.rmdir": ((0, 1),),
    "os.setxattr": ((0, None),),
    "os.symlink": ((1, 2),),
    "os.truncate": ((0, None),),
    "os.utime": ((0, 3),),
    "shutil.chown": ((0, None),),
    "shutil.copyfile": ((1, None),),
    "shutil.copymode": ((1, None),),
    "shutil.copystat": ((1, None),),
    "shutil.copytree": ((1, None),),
    "shutil.make_archive": ((0, None),),
    "shutil.move": ((0, None), (1, None)),
    "shutil.rmtree": ((0, 1),),
    "shutil.unpack_archive": ((1, None),),
}
#: Those after which something may be there that was not.
MAKING = frozenset({"open", "os.link", "os.mkdir", "os.rename", "os.symlink"})
#: Those that act on the link itself, not on what it leads to.
OF_NAMES = frozenset(
    {"os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "shutil.move"}
)
#: Flags of ``open`` for more than reading.
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

Stamp = tuple[int, int]


class Places:
    """Which folders are temporary, and which are not, all without links."""

    def __init__(self, root: str, base: str | None) -> None:
        temporary = {tempfile.gettempdir(), os.environ.get("TMPDIR"), base, "/tmp", "/dev"}
        self._temporary = {os.path.realpath(folder) for folder in temporary if folder}
        self._base = base and os.path.realpath(base)
        self._root = os.path.realpath(root)
        self._home = os.path.realpath(os.path.expanduser("~"))
        self._kept = {self._root, self._home, os.path.realpath(os.curdir)}

    def may_be_touched(self, event: str, path: str) -> bool:
        """Whether it is in a temporary folder: the innermost folder of those known decides."""
        if not CACHES.isdisjoint(path.split(os.sep)) or path.endswith(".pyc"):
            return True
        if event == "os.mkdir" and os.path.isdir(path):
            return True  # in vain, here and elsewhere
        folder = path if event in ("open", "os.mkdir") else os.path.dirname(path)
        if path in self._kept:
            return False
        while folder not in self._kept:
            if folder in self._temporary:
                return True
            folder, inner = os.path.dirname(folder), folder
            if folder == inner:
                return False
        return False

    def must_be_cleared(self, path: str) -> bool:
        """Whether nobody clears it away but the one who makes it."""
        parts = path.split(os.sep)
        if any(part.startswith(PYTEST_FOLDER) for part in parts) or not CACHES.isdisjoint(parts):
            return False
        return not (self._base and path.startswith(self._base)) and parts[1] not in ("dev", "proc")

    def shown(self, path: str) -> str:
        """The path as a user would write it."""
        for folder, name in ((self._root, ""), (self._home, "~")):
            if os.path.join(path, "").startswith(os.path.join(folder, "")):
                path = os.path.join(name, os.path.relpath(path, folder))
                break
        return os.fsencode(path).decode("utf-8", "replace")


def touched_by(event: str, arguments: tuple[object, ...], to_read: bool = False) -> list[str]:
    """The paths, absolute and without links, that an audited call is about to change (or read)."""
    if event == "open" and not to_read:
        _, mode, flags = arguments
        writes = isinstance(flags, int) and flags & WRITING
        if not writes and not (isinstance(mode, str) and set("wax+") & set(mode)):
            return []
    paths = []
    for place, folder_place in TOUCHING[event]:
        given = arguments[place]
        if isinstance(given, int):
            continue  # opened before
        path = os.fsdecode(given)  # type: ignore[arg-type]
        if folder_place is not None and folder_place < len(arguments):
            folder = arguments[folder_place]
            if isinstance(folder, int) and folder >= 0:
                path = os.path.join(os.readlink(f"/proc/self/fd/{folder}"), path)
        path = os.path.abspath(path)
        if event in OF_NAMES:
            parent, name = os.path.split(path)
            paths.append(os.path.join(os.path.realpath(parent), name))
        else:
            paths.append(os.path.realpath(path))
    return paths


def tree_of(root: str) -> dict[str, Stamp]:
    """Size and time of every file and folder below ``root``, by relative path."""
    tree: dict[str, Stamp] = {}
    for folder, folders, files in os.walk(root) if root else ():
        folders[:] = [name for name in folders if name not in CACHES]
        for name in files + folders:
            path = os.path.join(folder, name)
            try:
                status = os.lstat(path)
            except OSError:
                continue
            stamp = (-1, -1) if name in folders else (status.st_size, status.st_ctime_ns)
            tree[os.path.relpath(path, root)] = stamp
    return tree
