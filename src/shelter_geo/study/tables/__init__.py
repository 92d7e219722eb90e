"""Input tables read and checked, every fault at once."""

from shelter_geo.study.tables.checking import check_table
from shelter_geo.study.tables.reading import read_text_table

__all__ = ["check_table", "read_text_table"]
