"""A page as one file: saved whole, shown in a notebook inside a frame that may do nothing else."""

from __future__ import annotations

from abc import ABC, abstractmethod
from html import escape
from pathlib import Path
from typing import ClassVar, Final

from shelter_geo.publish.files.staging import staged

_HEIGHT: Final = "1100px"


def save_page(html: str, path: str | Path) -> None:
    """Write a page whole or not at all.

    Raises
    ------
    OutputError
        If the folder or the file cannot be written.
    """
    path = Path(path)
    with staged(path.parent) as folder:
        (folder / path.name).write_text(html, encoding="utf-8", newline="\n")


def framed(html: str, *, width: str, height: str, sandbox: str) -> str:
    """Put a page into a frame that may do no more than `sandbox` says."""
    return (
        f'<iframe srcdoc="{escape(html)}" width="{width}" height="{height}" '
        f'sandbox="{sandbox}" referrerpolicy="no-referrer" style="border:0"></iframe>'
    )


class OneFile(ABC):
    """A page that can be saved, and shows itself in a notebook."""

    sandbox: ClassVar[str] = "allow-scripts"

    @property
    @abstractmethod
    def html(self) -> str:
        """The whole page."""

    def save(self, path: str | Path) -> None:
        """Write the page whole or not at all.

        Raises
        ------
        OutputError
            If the folder or the file cannot be written.
        """
        save_page(self.html, path)

    def _repr_html_(self) -> str:
        return framed(self.html, width="100%", height=_HEIGHT, sandbox=self.sandbox)
