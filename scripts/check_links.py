"""Does every link between our Markdown files lead somewhere? The web is not asked."""

import re
import subprocess
import sys
from pathlib import Path

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*$", re.MULTILINE)


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives to the headings of a Markdown text."""
    found: set[str] = set()
    for heading in HEADING.findall(FENCE.sub("", text)):
        plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        candidates = (anchor, *(f"{anchor}-{number}" for number in range(1, 100)))
        found.add(next(name for name in candidates if name not in found))
    return found


def broken_links(file: Path) -> list[str]:
    """One line for each link of the file that leads nowhere."""
    text = file.read_text(encoding="utf-8")
    problems = []
    for link in LINK.findall(FENCE.sub("", text)):
        if re.match(r"[a-z][a-z0-9+.-]*:", link):
            continue
        path, _, anchor = link.partition("#")
        target = file.parent / path if path else file
        if not target.exists():
            problems.append(f"{file}: no such file: {link}")
        elif anchor and anchor not in anchors(target.read_text(encoding="utf-8")):
            problems.append(f"{file}: no such heading: {link}")
    return problems


def main() -> int:
    """Checks every Markdown file that git knows or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    files = [file for line in listing.splitlines() if (file := Path(line)).exists()]
    problems = [problem for file in files for problem in broken_links(file)]
    print("\n".join(problems) if problems else f"links of {len(files)} Markdown files are whole")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
