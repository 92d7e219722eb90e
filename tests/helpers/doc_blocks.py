"""The commands, programs and files that a document shows, in its order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

FENCE = re.compile(
    r"(?:`(?P<path>[\w./-]+)`:\n\n)?^```(?P<language>\w+)\n(?P<body>.*?)^```$", re.M | re.S
)
INLINE = re.compile(r"`(shelter-geo [^`]+)`")
Kind = Literal["file", "command", "program"]


class Step(NamedTuple):
    """A file to save, a command to type or a program to run."""

    kind: Kind
    text: str
    path: str = ""


def steps(document: Path) -> Iterator[Step]:
    """Give what a reader would do, top to bottom.

    A block of toml or text after a paragraph that ends in "`path`:" is a file to save.
    """
    for block in FENCE.finditer(document.read_text(encoding="utf-8")):
        language, body = block["language"], block["body"]
        if language == "sh":
            for line in body.splitlines():
                command = re.sub(r"\s+#\s.*$", "", line).strip()
                if command:
                    yield Step("command", command)
        elif language == "python":
            yield Step("program", body)
        elif block["path"]:
            yield Step("file", body, block["path"])


def inline_commands(document: Path) -> list[str]:
    """List the commands of the program that stand in running text."""
    return INLINE.findall(document.read_text(encoding="utf-8"))
