"""Folders for settings, journals and the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def private_folder(path: Path) -> None:
    """Make a folder and its missing parents, all for their owner alone.

    `Path.mkdir` gives its mode to the last folder only. Folders that exist stay as they are.

    Raises:
        OSError: A folder cannot be made.
    """
    for folder in (*reversed(path.parents), path):
        folder.mkdir(mode=0o700, exist_ok=True)
