"""What Sphinx is told: a notebook reader, numpydoc, a theme without foreign fonts, formulas as MathML, no search."""

from typing import Any

from rnnviz import __version__
from rnnviz.i18n import t

project = "rnnviz"
version = release = __version__
extensions = ["myst_nb", "sphinx.ext.autodoc", "numpydoc", "rnnviz.site.formulas"]
root_doc = "index"
default_role = "py:obj"  # what stands in single backticks in a docstring is a name

nb_execution_mode = "off"  # what is run was run before
nb_remove_code_source = False
nb_code_prompt_show = t("site.code.show")
nb_code_prompt_hide = t("site.code.hide")
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_dmath_double_inline = True
myst_heading_anchors = 3
# the headings of a chapter jump where the course wants them to, and names that are not exported have no page
suppress_warnings = ["myst.header", "myst.xref_missing", "mystnb.unknown_mime_type", "ref.python"]

numpydoc_show_class_members = False
autodoc_typehints = "none"  # the docstrings say them
autodoc_member_order = "bysource"
html_math_renderer = "mathml"

pygments_dark_style = "github-dark"  # the theme's own underlines the names of modules

html_theme = "furo"
html_title = "rnnviz"
html_static_path = ["_static"]
html_css_files = ["rnnviz.css"]
html_js_files = ["rnnviz.js"]
html_copy_source = html_show_sourcelink = html_use_index = html_domain_indices = html_show_sphinx = (
    html_show_copyright
) = False
html_sidebars = {
    "**": ["sidebar/brand.html", "sidebar/navigation.html"],
}
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#1565c0", "color-brand-content": "#1565c0"},
    "dark_css_variables": {"color-brand-primary": "#64b5f6", "color-brand-content": "#64b5f6"},
}


def setup(app: Any) -> None:
    """Leave the search out: its page would ask the server for an index, which a folder of files has not."""
    app.connect("builder-inited", lambda made: setattr(made.builder, "search", False))
