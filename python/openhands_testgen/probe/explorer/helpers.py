"""Small functions that a written test file may carry, as source text."""

COLLECT = '''\
async def collect(items, limit=10):
    """Return the first items of an asynchronous iterator."""
    found = []
    async for item in items:
        found.append(item)
        if len(found) == limit:
            break
    return found
'''

WRITTEN = '''\
def written(path, text):
    """Write a file and return its path."""
    path.write_text(text, encoding="utf-8")
    return path
'''

FOLDER = '''\
def folder(path):
    """Make a folder with a file and a folder that has one too; return its path."""
    (path / "inner").mkdir(parents=True)
    (path / "data.txt").write_text("one\\n", encoding="utf-8")
    (path / "inner" / "more.txt").write_text("two\\n", encoding="utf-8")
    return path
'''

FILES_BELOW = '''\
def files_below(path):
    """Return the text of each file below a path, by its name."""
    files = (file for file in sorted(path.rglob("*")) if file.is_file())
    return {file.relative_to(path).as_posix(): file.read_text(encoding="utf-8") for file in files}
'''

TOGETHER = '''\
async def together(*calls):
    """Await several calls at once."""
    return await asyncio.gather(*calls)
'''

WITHIN_LOOP = '''\
async def within_loop(function):
    """Call a function while an event loop runs."""
    return function()
'''

TWICE, IN_LOOP = "together", "within_loop"
HELPERS = {
    IN_LOOP: WITHIN_LOOP,
    TWICE: TOGETHER,
    "folder": FOLDER,
    "collect": COLLECT,
    "written": WRITTEN,
    "files_below": FILES_BELOW,
}
