"""What documents name exists.

A mention is a piece of code between backticks, a line of a code block that starts a program of
ours, or a link to a file. Checked are, in this order:

- `studio NAME --option`: the command, and its options; `--option` alone: that a command has it;
- `make NAME`: the target; `python -m NAME`, `python FILE`, `pytest PATH`: the module or path;
- `STUDIO_NAME`: a setting, or a variable that the code names; `from MODULE import NAME`: both;
- a path (with a slash inside, or a suffix of our files): from the document's folder, the
  checkout or `studio_core`;
- `module.name`: a module of ours, or a name in one; any other single name: a word of the code.

Addresses of a server or machine (they begin with / or ~), tags, prose, data and programs of others
are no mentions. What the sandbox says in tables, tests/sandbox/test_docs.py compares.
"""

from __future__ import annotations

import importlib
import re
import shlex
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from studio_core import config
from studio_core.cli.app import COMMANDS, cli
from tests.packaging.diagram import PICTURE, ROOT, contracts, diagram

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENTS = sorted([ROOT / "README.md", ROOT / "web_app" / "README.md", *ROOT.glob("docs/**/*.md")])
ELSEWHERE = {
    "--guided": "an option of sam deploy",
    "users.csv": "a roster of the reader",
    "links.csv": "a file that the reader makes",
    "App.create": "sagemaker-core, as the next",
    "App.get": "sagemaker-core",
    "st.login": "Streamlit",
    "st.altair_chart": "Streamlit",
    "state_manager.set_transition": "moto",
    "team-1/JupyterLab/default": "the label of an app",
    "no-store": "a value of a header, as the next",
    "nosniff": "a value of a header",
    "pip-audit": "a program of others, as the next",
    "cfn-lint": "a program of others",
    "lint-imports": "a program of others",
}
"""Names of what is not ours, each with whose it is."""

_BLOCK = re.compile(r"^```.*?^```$|(?:^ {4}.*\n)+", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\]\(([^):#]+)(?:#[^)]*)?\)")
_VARIABLE = re.compile(r"\bSTUDIO_[A-Z_]+\b(?!…)")
_PROGRAM = re.compile(r"(?:[A-Z_]+=\S+ )*(?:studio|make|python|pytest)(?: |$)")
_IMPORT = re.compile(r"from (studio_core[\w.]*) import (\w+)")
_SUFFIX = r"\.(?:py|md|toml|json|yaml|csv|svg|html|txt)"
_PATH = re.compile(rf"[\w.-]+/[\w./-]*|[\w-]+{_SUFFIX}")
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_NAME = re.compile(r"[A-Za-z_][\w-]*")
_OPTION = re.compile(r"--?[a-z][a-z-]*")


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Give the code of a document, and whether it is a line of a block."""
    for block in _BLOCK.findall(text):
        yield from ((line.strip(), True) for line in block.splitlines())
    prose = _BLOCK.sub("\n", text)
    yield from ((re.sub(r"\s+", " ", code), False) for code in _CODE.findall(prose))


def lost(piece: str, folder: Path, *, block: bool) -> list[str]:
    """Give what a piece of code names and is nowhere."""
    found = [v for v in _VARIABLE.findall(piece) if v not in variables()]
    if imported := _IMPORT.search(piece):
        return found + [piece] * (not _importable(*imported.groups()))
    if _PROGRAM.match(piece):
        return found + _lost_of_program(piece, folder)
    if block or piece in ELSEWHERE or piece.startswith("STUDIO_"):
        return found
    return found + [piece] * (not _exists(piece.removesuffix("(…)").rstrip("("), folder))


def _exists(piece: str, folder: Path) -> bool:
    if _OPTION.fullmatch(piece):
        return any(piece in options(name) for name in COMMANDS)
    if _PATH.fullmatch(piece):
        return _is_path(piece, folder)
    if _DOTTED.fullmatch(piece):
        return _is_dotted(piece)
    return not _NAME.fullmatch(piece) or _is_word(piece)


def _lost_of_program(line: str, folder: Path) -> list[str]:
    words = [w for w in shlex.split(line, comments=True) if not re.match(r"[A-Z_]+=", w)]
    program, *words = words
    given = [word.partition("=")[0] for word in words if word.startswith("-")]
    names = [word for word in words if not word.startswith("-") and "…" not in word]
    if program == "make":
        return [f"make {name}" for name in names if name not in targets()]
    if program == "pytest":
        return [name for name in names if not _is_path(name, folder)]
    if program == "python":
        known = find_spec(names[0]) if "-m" in given else _is_path(names[0], folder)
        return [line] * (not known)
    command = names[0] if names and words[0] == names[0] else ""
    if command and command not in COMMANDS:
        return [f"studio {command}"]
    return [f"studio {command} {o}" for o in given if o not in options(command)]


def _is_path(name: str, folder: Path) -> bool:
    return name in ELSEWHERE or any(
        (home / name).exists() for home in (folder, ROOT, ROOT / "studio_core")
    )


def _is_dotted(name: str) -> bool:
    """A module by the end of its path, or a name in one; else a class or service with a name."""
    if name in ELSEWHERE:
        return True
    for module in modules():
        if f".{module}".endswith(f".{name}"):
            return True
        parent, _, attribute = name.rpartition(".")
        if f".{module}".endswith(f".{parent}") and _importable(module, attribute):
            return True
    owner, _, attribute = name.partition(".")
    ours = any(owner in module.split(".") for module in modules())
    return not ours and _is_word(owner) and _is_word(attribute)


def _importable(module: str, name: str) -> bool:
    return find_spec(module) is not None and hasattr(importlib.import_module(module), name)


def _is_word(name: str) -> bool:
    """Also with underscores for dashes, as settings and commands are in the code."""
    return any(
        re.search(rf"(?<![\w-]){re.escape(written)}(?![\w-])", code())
        for written in (name, name.replace("-", "_"))
    )


@cache
def code() -> str:
    """All that is not a document or a test."""
    roots = ("studio_core", "pages", "bench", "web_app", "tests/packaging")
    files = [path for root in roots for path in (ROOT / root).rglob("*") if path.is_file()]
    files += [ROOT / "streamlit_app.py", ROOT / "pyproject.toml", ROOT / "Makefile"]
    wanted = {".py", ".toml", ".html", ".svg", ".yaml", ""}
    return "\n".join(
        path.read_text(encoding="utf-8")
        for path in files
        if path.suffix in wanted and path != Path(__file__).resolve()
    )


@cache
def modules() -> tuple[str, ...]:
    paths = (path.relative_to(ROOT).with_suffix("") for path in ROOT.glob("studio_core/**/*.py"))
    return tuple(".".join(path.parts).removesuffix(".__init__") for path in paths)


@cache
def variables() -> set[str]:
    return {config.variable(name) for name in config.Settings.__slots__} | set(
        _VARIABLE.findall(code())
    )


@cache
def targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z-]+):(?!=)", makefile, re.MULTILINE))


@cache
def options(name: str) -> set[str]:
    """Give the options of a command and its own commands, or of all for an empty name."""
    command = cli.get_command(click.Context(cli), name) if name else cli
    assert command is not None, name
    context = click.Context(command, **cli.context_settings)
    of_group = command.commands.values() if isinstance(command, click.Group) else ()
    parameters = [p for each in (command, *of_group) for p in each.get_params(context)]
    named = (p for p in parameters if isinstance(p, click.Option))
    return {option for p in named for option in (*p.opts, *p.secondary_opts)}


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_document_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    found = list(pieces(text))
    named = [name for piece, block in found for name in lost(piece, page.parent, block=block)]
    links = [link for link in _LINK.findall(text) if not (page.parent / link).exists()]
    assert found
    assert named + links == []


@pytest.mark.parametrize(
    "piece",
    [
        "studio set-up",
        "studio purge --all",
        "--purge-all",
        "make everything",
        "python -m studio_core.aws.phrases",
        "pytest tests/unit",
        "STUDIO_PLACE",
        "from studio_core.roster import read_all",
        "aws/hands.py",
        "lookout.py",
        "engine.poller",
        "engine.apply.Hands",
        "web-app-address",
    ],
)
def test_what_does_not_exist_is_found(piece: str) -> None:
    assert lost(piece, ROOT / "docs", block=False) != []


def test_nothing_is_excused_that_no_document_names() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in DOCUMENTS)
    assert [name for name in ELSEWHERE if name not in text] == []


def test_the_picture_of_the_layers_is_that_of_the_contracts() -> None:
    assert PICTURE.read_text(encoding="utf-8") == diagram(contracts()), (
        "draw it again: python tests/packaging/diagram.py"
    )
