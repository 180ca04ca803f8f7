"""Names that try to become something else, and rows of an event that has them everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio_core.config import Settings

NAMES = (
    "[Free GPUs evil](https://evil.example/x)",
    "![evil](https://evil.example/p.png)",
    "https://evil.example/bare www.evil.example",
    "*evil* **evil** _evil_ ~~evil~~ `evil`",
    "<b>evil</b><img src=x onerror=alert(1)>",
    "&lt;evil&gt; <https://evil.example>",
    ":red[evil] :blue-badge[evil] :small[evil]",
    ":material/key: :smile: :streamlit: evil",
    "$evil^2$ and $$evil$$",
    "1. evil",
    "- evil",
    "# evil",
    "    evil",
    "evil\n\n# evil\n| a | b |\n|--|--|\n| c | d |",
    "```mermaid\ngraph TD evil\n```",
    "\u202eevil\u2066",
    "\x1b[31mevil\x1b]0;evil\x07\x9b2J",
    "{{7*7}} {% evil %}",
    "=HYPERLINK(evil)",
    "\uff1devil",
    "evil" * 60,
)


def fill(settings: Settings, names: Sequence[str] = NAMES) -> None:
    """Write rows with these names as team, profile, space and part of the address.

    Each is twice there: of the event, and of nobody's, as the first generation wrote them.
    """
    table = boto3.client("dynamodb", region_name=settings.region)
    for number, name in enumerate(names):
        for kind, more in (("new", {"event": settings.event}), ("old", {})):
            row = {
                "pk": f"{name}{number}{kind}@evil.example",
                "team": name,
                "domain-id": settings.domain_id,
                "profile": f"{name} profile",
                "space": f"{name} space",
                **more,
            }
            item = {key: {"S": value} for key, value in row.items()}
            table.put_item(TableName=settings.table_name, Item=item)
