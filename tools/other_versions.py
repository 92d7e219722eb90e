"""Name the requirements whose versions a folder of packages does not hold.

python tools/other_versions.py REQUIREMENTS FOLDER prints the lines of a file of pinned requirements
that FOLDER (a `site-packages`) has in another version, or not at all. It prints nothing if they
are the same; all of them where there is no such folder.
"""

import sys
from importlib.metadata import distributions
from pathlib import Path


def name_of(text: str) -> str:
    """Write the name of a package as the registry compares it."""
    return text.strip().lower().replace("_", "-").replace(".", "-")


def other_versions(requirements: str, folder: Path) -> list[str]:
    """Give the pinned lines of which a folder holds another version."""
    there = {name_of(each.name): each.version for each in distributions(path=[str(folder)])}
    lines = (line.partition("#")[0].strip() for line in requirements.splitlines())
    pins = [line for line in lines if "==" in line]
    pairs = ((line, *line.partition(";")[0].split("==")) for line in pins)
    return [line for line, name, version in pairs if there.get(name_of(name)) != version.strip()]


if __name__ == "__main__":
    file, folder = sys.argv[1:]
    print(*other_versions(Path(file).read_text("utf-8"), Path(folder)), sep="\n", end="")
