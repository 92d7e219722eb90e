"""Styles of layers as QGIS reads them from a GeoPackage: the classes and names of the maps."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.sax.saxutils import quoteattr

EDGE: Final = "#857d8c"
_HEAD: Final = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
# Tables as QGIS makes them when it saves a style into a GeoPackage.
_TABLE: Final = """CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),
f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)"""
_STYLE: Final = """INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name,
f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, ui, update_time)
VALUES ('', '', ?, 'geom', ?, ?, '', 1, '', '', NULL, ?)"""
_CONTENTS: Final = """INSERT INTO gpkg_contents (table_name, data_type, identifier, description,
last_change) VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)"""


@dataclass(frozen=True)
class Rule:
    """How the features of one class are drawn.

    Attributes
    ----------
    where
        Which ones, as an expression of QGIS; all if empty.
    label
        Words of the class.
    fill
        `#rrggbb`.
    hatched
        Whether lines fill the area, for what has no value.
    sign
        A drawing in SVG that marks a point; a dot if empty.
    """

    where: str
    label: str
    fill: str
    hatched: bool = False
    sign: str = ""


@dataclass(frozen=True)
class LayerStyle:
    """How a layer is drawn.

    Attributes
    ----------
    shape
        `fill`, `line` or `marker`.
    rules
        Its classes, drawn in this order.
    named_by
        Column of the names that stand on the map; none if empty.
    """

    shape: str
    rules: Sequence[Rule]
    named_by: str = ""

    @property
    def qml(self) -> str:
        """The style as QGIS writes it, with its symbols and labels only."""
        rules = "".join(
            f'<rule key="r{rank}" symbol="{rank}" label={quoteattr(rule.label)}'
            f"{f' filter={quoteattr(rule.where)}' if rule.where else ''}/>"
            for rank, rule in enumerate(self.rules)
        )
        symbols = "".join(
            f'<symbol type="{self.shape}" name="{rank}" alpha="1">{self._layer(rule)}</symbol>'
            for rank, rule in enumerate(self.rules)
        )
        drawn = (
            f'<renderer-v2 type="RuleRenderer" symbollevels="0" enableorderby="0">'
            f'<rules key="all">{rules}</rules><symbols>{symbols}</symbols></renderer-v2>'
        )
        return (
            f'{_HEAD}<qgis version="3.22" styleCategories="Symbology|Labeling" '
            f'labelsEnabled="{int(bool(self.named_by))}">{drawn}{self._labels()}</qgis>'
        )

    def _layer(self, rule: Rule) -> str:
        ink = _rgba(rule.fill)
        if self.shape == "line":
            return _symbol("SimpleLine", line_color=ink, line_width="0.5", line_width_unit="MM")
        if rule.sign:
            drawn = base64.b64encode(rule.sign.encode()).decode()
            return _symbol("SvgMarker", name=f"base64:{drawn}", size="5", size_unit="MM")
        if self.shape == "marker":
            edge = {"outline_color": _rgba("#ffffff"), "outline_width": "0.4"}
            return _symbol("SimpleMarker", name="circle", color=ink, size="3", **edge)
        edge = {"outline_color": _rgba(EDGE), "outline_width": "0.2"}
        style = "f_diagonal" if rule.hatched else "solid"
        return _symbol("SimpleFill", color=ink, style=style, **edge)

    def _labels(self) -> str:
        if not self.named_by:
            return ""
        return (
            f'<labeling type="simple"><settings><text-style fieldName={quoteattr(self.named_by)} '
            f'isExpression="0" fontSize="8" textColor="31,27,36,255"><text-buffer bufferDraw="1" '
            f'bufferSize="0.8" bufferColor="255,255,255,255"/></text-style>'
            f'<placement placement="{0 if self.shape != "marker" else 6}"/></settings></labeling>'
        )


def _symbol(kind: str, /, **properties: str) -> str:
    options = "".join(
        f'<Option type="QString" name="{key}" value={quoteattr(value)}/>'
        for key, value in properties.items()
    )
    return (
        f'<layer class="{kind}" enabled="1" locked="0" pass="0">'
        f'<Option type="Map">{options}</Option></layer>'
    )


def _rgba(colour: str) -> str:
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + ",255"


def write_styles(styles: Mapping[str, LayerStyle], path: Path, *, stamp: str) -> None:
    """Put the default style of each layer into a GeoPackage, in the table that QGIS looks for.

    Parameters
    ----------
    styles
        Styles by the name of their layer.
    path
        A GeoPackage that holds those layers and no styles yet.
    stamp
        Time of the last change, for the file holds no clock.

    Raises
    ------
    sqlite3.Error
        If the file cannot be written or holds styles already.
    """
    with closing(sqlite3.connect(path)) as base, base:
        base.execute(_TABLE)
        base.execute(_CONTENTS, (stamp,))
        for layer, style in styles.items():
            base.execute(_STYLE, (layer, layer, style.qml, stamp))
