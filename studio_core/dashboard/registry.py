"""The pages of the dashboard, for navigation, access and links between pages."""

from __future__ import annotations

from dataclasses import dataclass

from studio_core.access.roles import Act
from studio_core.model.plans import Purpose

ENTRY = "streamlit_app.py"
"""Path of the entry point, as Streamlit expects it."""


@dataclass(frozen=True, slots=True)
class PageSpec:
    """One page. `path` is relative to the entry point; `help` is the tooltip in the menu.

    `act` is the permission that the page needs.
    """

    name: str
    path: str
    title: str
    icon: str
    help: str
    act: Act = Act.LOOK


HOME = PageSpec(
    "home",
    ENTRY,
    "Home",
    ":material/home:",
    "Where you are, and the one next thing to do.",
)
SETTINGS = PageSpec(
    "settings",
    "pages/settings.py",
    "Settings",
    ":material/tune:",
    "Region, domain, table and what a team's space is made of; checks of all of it.",
    Act.SETTINGS,
)
ROSTER = PageSpec(
    "roster",
    "pages/roster.py",
    "Roster",
    ":material/group_add:",
    "Upload participants, correct what is wrong, see what would change, apply it.",
    Act.SET_UP,
)
STATUS = PageSpec(
    "status",
    "pages/status.py",
    "Status",
    ":material/monitoring:",
    "People, spaces and apps by team as they are now; start and stop apps.",
)
LINKS = PageSpec(
    "links",
    "pages/links.py",
    "Links",
    ":material/key:",
    "Login links for all, a team or one person, minted when you ask for them.",
)
PURGE = PageSpec(
    "purge",
    "pages/purge.py",
    "Purge",
    ":material/delete_sweep:",
    "Remove what the event created, and see that nothing is left.",
    Act.PURGE,
)
PAGES = (SETTINGS, ROSTER, STATUS, LINKS, PURGE)
BY_NAME = {page.name: page for page in PAGES}

PAGE_OF_RUN = {
    Purpose.SETUP: ROSTER,
    Purpose.ADOPT: ROSTER,
    Purpose.PURGE: PURGE,
    Purpose.START_APPS: STATUS,
    Purpose.STOP_APPS: STATUS,
}
"""The page that shows a run."""
