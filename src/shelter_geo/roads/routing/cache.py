"""The folder in which prepared roads stay for other runs: they hold no shelter and no study."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

CACHE_VARIABLE: Final = "SHELTER_GEO_CACHE"
"""Environment variable that names the folder; empty to keep nothing."""


def cache_folder() -> Path | None:
    """Return the folder in which this user's programs keep what can be made again, or None.

    It is what `CACHE_VARIABLE` says, else the usual one of the operating system.
    """
    stated = os.environ.get(CACHE_VARIABLE)
    if stated is not None:
        return Path(stated) if stated else None
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "win32":
        usual = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        usual = home / "Library" / "Caches"
    else:
        usual = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return usual / "shelter_geo"
