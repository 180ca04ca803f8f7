"""Jinja2 environments: a package's `templates` folder, every value escaped."""

from __future__ import annotations

import base64
import hashlib
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined


@cache
def environment(package: str) -> Environment:
    """Build the environment of a package and compile its templates, once a process.

    Args:
        package: Dotted name of the package beside whose modules the folder lies.

    Raises:
        TemplateSyntaxError: A template is wrong.
        ValueError: The package has no `templates` folder.
    """
    made = Environment(
        loader=PackageLoader(package),
        autoescape=True,  # whatever the file is called: a poster is an .svg
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    for name in made.list_templates():
        made.get_template(name)  # now, so that no visitor waits for the compiler
    return made


def style_source(templates: Environment, name: str) -> str:
    """Return the Content-Security-Policy source of a style sheet that templates include."""
    style = templates.get_template(name).render()
    return f"sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}"
