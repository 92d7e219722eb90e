"""A run leaves nothing of a study in the home folder."""

from __future__ import annotations

import re
from pathlib import Path

from helpers.study_pages import outputs as outputs

# Names of the computer's fonts, which the library that draws figures lists once.
FONTS = re.compile(r"\.cache/matplotlib/[^/]*")


def test_a_run_leaves_no_file_in_the_home_folder(outputs: Path) -> None:
    home = outputs.parent / "home"
    left = [path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()]
    assert [name for name in left if not FONTS.fullmatch(name)] == []
