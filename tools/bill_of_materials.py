"""Write the bill of materials of a release, and the licences of all that it rests on.

The bill is CycloneDX, of what `requirements.lock` pins: names, versions, hashes and licences. No
clock and no random number is in it, so that it repeats.
"""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
_PIN: Final = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)")
_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def pinned(lock: str) -> dict[str, tuple[str, list[str]]]:
    """Read version and SHA-256 of the files of every package from a lock.

    Raises
    ------
    ValueError
        If a package has no hash.
    """
    packages: dict[str, tuple[str, list[str]]] = {}
    name = ""
    for line in lock.splitlines():
        if pin := _PIN.match(line):
            name = pin[1].lower()
            packages[name] = (pin[2], [])
        if name:
            packages[name][1].extend(_HASH.findall(line))
    if bare := [name for name, (_, hashes) in packages.items() if not hashes]:
        raise ValueError(f"without a hash: {', '.join(bare)}")
    return packages


def licence(package: Distribution) -> str:
    """Say under which licence an installed package stands, by what it says of itself."""
    said = package.metadata
    if named := said.get("License-Expression"):
        return named
    classes = [
        line.split(" :: ")[-1] for line in said.get_all("Classifier") or () if "License" in line
    ]
    first = (said.get("License") or "").strip().splitlines()
    return "; ".join(classes) or (first[0][:80] if first else "not stated")


def main(folder: Path) -> None:
    """Write `sbom.json` and `licences.txt`."""
    components: list[dict[str, Any]] = []
    lines = []
    for name, (version, hashes) in sorted(pinned((ROOT / "requirements.lock").read_text()).items()):
        try:
            licensed = licence(distribution(name))
        except PackageNotFoundError:  # for another system or version of Python
            licensed = "not installed here"
        components.append(
            {
                "type": "library", "name": name, "version": version,
                "purl": f"pkg:pypi/{name}@{version}",
                "licenses": [{"license": {"name": licensed}}],
                "hashes": [{"alg": "SHA-256", "content": one} for one in sorted(set(hashes))],
            }
        )  # fmt: skip
        lines.append(f"{name} {version}: {licensed}")
    own = distribution("shelter-geo")
    subject = {"type": "application", "name": "shelter-geo", "version": own.version}
    bill = {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": {"component": subject}, "components": components,
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sbom.json").write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8")
    (folder / "licences.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
