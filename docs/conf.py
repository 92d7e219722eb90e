"""Settings of the documentation: static pages that need no network."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx

from shelter_geo import __version__

project = "shelter_geo"
author = "shelter_geo contributors"
copyright = "shelter_geo contributors, MIT licence"
release = version = __version__

# The source folder is the repository, so that a link leads to the same file there and here.
root_doc = "docs/index"
include_patterns = ["docs/**.md", "notebooks/*.ipynb", "data/README.md", "tools/README.md"]
exclude_patterns = ["**/.ipynb_checkpoints"]

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton"]
myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3
suppress_warnings = ["mystnb.unknown_mime_type"]

nb_execution_mode = "force"
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_ipywidgets_js: dict[str, Any] = {}  # its default comes from a server

autodoc_default_options = {"members": True, "member-order": "bysource", "show-inheritance": False}
autodoc_typehints = "signature"
autodoc_type_aliases = {"Array": "Array", "ArrayLike": "ArrayLike"}
python_use_unqualified_type_names = True
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False

nitpicky = True
# Types in signatures may be of other packages, or too far inside to have a page.
nitpick_ignore_regex = [("py:class", ".*"), ("py:.*", r"(?!shelter_geo).*")]

html_theme = "furo"
html_title = "shelter_geo"
html_show_sourcelink = False
html_copy_source = False
html_math_renderer = "mathml"
html_additional_pages = {"index": "start.html"}
templates_path = ["templates"]
html_static_path = ["static"]
html_css_files = ["tables.css"]
html_theme_options = {"top_of_page_buttons": []}


def _inline(writer: Any, node: nodes.math) -> None:
    writer.body.append(tex2mathml(node.astext(), as_block=False))
    raise nodes.SkipNode


def _block(writer: Any, node: nodes.math_block) -> None:
    writer.body.append(tex2mathml(node.astext(), as_block=True))
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Write formulas as MathML, which browsers show without a script from elsewhere."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
