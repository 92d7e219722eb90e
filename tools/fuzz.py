"""Let atheris look for bytes that a door neither reads nor refuses: python tools/fuzz.py SECONDS.

Each input is a door's number and what stands in its file. Coverage leads to new ones; what ends in
anything but a sentence ends the run, and atheris writes it beside.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from pathlib import Path

try:
    import atheris
except ImportError:
    print("This part is left out: atheris is not there. It comes for Linux and macOS.")
    sys.exit()

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
with atheris.instrument_imports(include=["shelter_geo"]):
    from helpers.bad_inputs import doors, soon

    from shelter_geo.errors import MOST_LINES, ShelterGeoError


def main(seconds: int) -> None:
    """Fuzz every door for some time, from a good file of each."""
    warnings.simplefilter("ignore")
    folder = Path(tempfile.mkdtemp(prefix="shelter-geo-fuzz-"))
    every = list(doors(folder).values())
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, (path, _) in enumerate(every):
        (corpus / str(number)).write_bytes(bytes([number]) + path.read_bytes())

    def one_input(data: bytes) -> None:
        if not data:
            return
        path, read = every[data[0] % len(every)]
        path.write_bytes(data[1:])
        try:
            with soon():
                read(path)
        except ShelterGeoError as error:
            said = str(error)
            if not said or len(said.splitlines()) > MOST_LINES:
                raise AssertionError("a refusal says nothing, or too much") from error

    longest = max(path.stat().st_size for path, _ in every) * 2
    options = [f"-max_total_time={seconds}", f"-max_len={longest}", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
