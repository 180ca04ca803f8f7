"""Settings page: the settings, the checks, and the audit log."""

from __future__ import annotations

import streamlit as st

from studio_core import config
from studio_core.dashboard import loaders
from studio_core.dashboard.page import open_page
from studio_core.dashboard.views import audit, settings, web_app

page = open_page("settings", unfinished=True)
with loaders.or_stop():
    saved = config.load_file()
overridden = config.overridden()
settings.notices(overridden)
wanted = settings.location_fields(page.settings, overridden)
with st.form("settings", border=False):
    wanted |= settings.event_fields(page.settings, overridden)
    wanted |= settings.space_fields(page.settings, overridden)
    wanted |= web_app.web_app_fields(page.settings, overridden)
    wanted |= audit.people_fields(page.settings, overridden)
    if st.form_submit_button("Save", type="primary", icon=":material/save:"):
        settings.save_and_rerun(saved, wanted, page.actor)

if not page.settings.missing:
    settings.show_checks(page.hackathon)
    audit.audit_log(page.hackathon)
