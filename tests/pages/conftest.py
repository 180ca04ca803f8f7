"""Pages run by Streamlit's AppTest: see `tests.pages.apptest`."""

from tests.pages.apptest import _fresh_caches, _organiser, core, demo, empty, ended, visit

__all__ = ["_fresh_caches", "_organiser", "core", "demo", "empty", "ended", "visit"]
