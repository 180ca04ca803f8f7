"""AWS's reasons for failed apps: lists do not carry them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from studio_core.errors import AwsError

if TYPE_CHECKING:
    from datetime import datetime

    from studio_core.hackathon.backend import Backend
    from studio_core.insight.status import Summary
    from studio_core.model.studio import App


class AppFailures:
    """Asks for the reason of each failed app, once. Thread-safe: at worst one is asked twice."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._known: dict[tuple[str, datetime | None], str] = {}

    def explain(self, summary: Summary) -> Summary:
        """Return the summary with the reasons that AWS gives: one Describe for each failed app.

        One that cannot be asked for stays empty, and is asked for again the next time.
        """
        explained = self._backend.executor.map(
            lambda each: replace(each, reason=self._reason(each.app)), summary.failed
        )
        return replace(summary, failed=tuple(explained))

    def _reason(self, app: App) -> str:
        key = (app.label.casefold(), app.created)  # an app that is started again has its name
        if key not in self._known:
            try:
                self._known[key] = self._backend.studio.app_failure(app)
            except AwsError:
                return ""
        return self._known[key]
