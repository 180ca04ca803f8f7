"""Draw the layers of the import contracts: `python tests/packaging/diagram.py`.

It writes `docs/images/layers.svg` from `pyproject.toml`; a test fails when the file is stale.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "images" / "layers.svg"

COLUMNS = 3
WIDTH, GAP, HEAD = 340, 40, 34
BOX, ARROW, SPACE = 28, 16, 8
LETTER = 7.2
"""Pixels of a letter at the size of the boxes."""

STYLE = """\
.back { fill: #ffffff; }
.box { fill: #e8f1f2; stroke: #0b6b73; }
.arrow { stroke: #57606a; stroke-width: 1.5; marker-end: url(#head); }
.head { fill: #57606a; }
text { fill: #1f2328; font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.title { font: 600 15px system-ui, sans-serif; }
@media (prefers-color-scheme: dark) {
  .back { fill: #0d1117; }
  .box { fill: #12343a; stroke: #56b4bd; }
  .arrow { stroke: #9198a1; }
  .head { fill: #9198a1; }
  text { fill: #f0f6fc; }
}"""

SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"
  aria-labelledby="title desc">
<title id="title">Layers of studio_core</title>
<desc id="desc">Each layer imports only from layers below it. {told}</desc>
<style>
{style}
</style>
<defs>
<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"
  orient="auto">
<path class="head" d="M0 0 8 4 0 8z"/>
</marker>
</defs>
<rect class="back" width="{width}" height="{height}"/>"""

Layers = list[list[str]]


def contracts() -> dict[str, Layers]:
    """Return the layers of each container, from the highest down, with their modules."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {
        container: [[name.strip() for name in layer.split("|")] for layer in contract["layers"]]
        for contract in settings["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
        for container in contract["containers"]
    }


def diagram(panels: dict[str, Layers]) -> str:
    """Return the picture: a panel for each container, a row of boxes for each layer."""
    bottoms = [GAP] * COLUMNS
    drawn = []
    for container, layers in panels.items():
        column = bottoms.index(min(bottoms))
        lines, height = _panel(container, layers, GAP + column * (WIDTH + GAP), bottoms[column])
        drawn += lines
        bottoms[column] += height + GAP
    width, height = COLUMNS * (WIDTH + GAP) + GAP, max(bottoms)
    told = "; ".join(
        f"{container}: {' > '.join(' | '.join(layer) for layer in layers)}"
        for container, layers in panels.items()
    )
    head = SVG.format(width=width, height=height, told=escape(told), style=STYLE)
    return "\n".join((head, *drawn, "</svg>\n"))


def _panel(container: str, layers: Layers, left: int, top: int) -> tuple[list[str], int]:
    """Return the lines of one container and its height."""
    lines = [f'<text class="title" x="{left}" y="{top + 15}">{container}</text>']
    middle, y = left + WIDTH / 2, top + HEAD
    for number, layer in enumerate(layers):
        if number:
            lines.append(
                f'<line class="arrow" x1="{middle:g}" y1="{y + 1}" '
                f'x2="{middle:g}" y2="{y + ARROW - 2}"/>'
            )
            y += ARROW
        lines += _row(layer, left, y)
        y += BOX
    return lines, y - top


def _row(layer: list[str], left: float, top: int) -> list[str]:
    """Return the boxes of one layer, each as wide as its name needs, together as the panel."""
    spare = WIDTH - SPACE * (len(layer) - 1) - LETTER * sum(map(len, layer))
    lines = []
    for name in layer:
        width = LETTER * len(name) + spare / len(layer)
        lines.append(
            f'<rect class="box" x="{left:.1f}" y="{top}" width="{width:.1f}" height="{BOX}" '
            'rx="4"/>'
            f'<text x="{left + width / 2:.1f}" y="{top + 18}" text-anchor="middle">{name}</text>'
        )
        left += width + SPACE
    return lines


if __name__ == "__main__":
    PICTURE.write_text(diagram(contracts()), encoding="utf-8")
