"""Settings: where the event is, what a team's space is made of, and whether all of it works."""

from __future__ import annotations

import streamlit as st

from studio_core import config
from studio_core.dashboard import loaders
from studio_core.dashboard.page import open_page
from studio_core.dashboard.views import audit, settings, web_app
from studio_core.errors import StudioError
from studio_core.model.studio import AppType

page = open_page("settings", unfinished=True)
with loaders.or_stop():
    saved = config.load_file()
held = settings.Held()

if note := st.session_state.pop("settings-saved", None):
    st.success(note, icon=":material/check_circle:")
if problem := st.session_state.pop("settings-problem", None):
    loaders.show_problem(problem)
if unread := config.seed_problem():
    st.warning(loaders.plain(unread), icon=":material/warning:")
if held.names:
    variables = ", ".join(f"`{config.variable(name)}`" for name in held.names)
    st.info(
        f"Set by the environment and not to be changed here: {variables}.", icon=":material/lock:"
    )

st.subheader("Where the event is", anchor=False)
left, middle, right = st.columns([2, 2, 3])
regions = settings.with_current(loaders.all_regions(), page.settings.region)
region = left.selectbox(
    "Region",
    regions,
    index=regions.index(page.settings.region) if page.settings.region else None,
    placeholder="Choose a region",
    disabled=held("region"),
    key="region",
)
profiles = settings.with_current(["", *loaders.aws_profiles()], page.settings.profile)
profile = middle.selectbox(
    "AWS profile",
    profiles,
    index=profiles.index(page.settings.profile),
    format_func=lambda name: name or "Default",
    disabled=held("profile"),
    key="profile",
)
chosen = settings.place(page.settings, region or "", profile)
found, trouble = settings.domain_choices(chosen)
labels = {d.domain_id: f"{d.name} ({d.domain_id}, {d.auth_mode or '?'} mode)" for d in found}
options = settings.with_current(list(labels), page.settings.domain_id)
domain_id = right.selectbox(
    "Studio domain",
    options,
    index=settings.only_or_current(options, page.settings.domain_id),
    format_func=lambda one: labels.get(one, one),
    placeholder="Choose a domain, or type its id",
    accept_new_options=True,
    disabled=held("domain_id"),
    key=settings.domain_key(chosen),
)
if trouble:
    loaders.show_problem(trouble)

with st.form("settings", border=False):
    left, middle, right = st.columns(3)
    event = left.text_input(
        "Event",
        page.settings.event,
        help="A short name; it tags all that the event creates.",
        disabled=held("event"),
        key="event",
    )
    table = middle.text_input(
        "Participants table",
        page.settings.table_name or settings.TABLE,
        help="A DynamoDB table; it is created when it is missing.",
        disabled=held("table_name"),
        key="table",
    )
    ends_on = right.date_input(
        "Last day of the event",
        page.settings.end_date,
        format="YYYY-MM-DD",
        help="Until then a purge asks once more.",
        disabled=held("ends_on"),
        key="ends-on",
    )
    st.subheader("What a team's space is made of", anchor=False)
    left, middle, right = st.columns(3)
    kinds = [kind.value for kind in AppType]
    app_type = left.selectbox(
        "App",
        kinds,
        index=kinds.index(page.settings.app_type),
        disabled=held("app_type"),
        key="app-type",
    )
    instance = middle.text_input(
        "Instance type", page.settings.instance_type, disabled=held("instance_type"), key="instance"
    )
    ebs = right.number_input(
        "Storage in GiB", 5, 16384, page.settings.ebs_gb, disabled=held("ebs_gb"), key="ebs"
    )
    landing = left.text_input(
        "Links open",
        page.settings.landing,
        placeholder=f"app:{page.settings.app_type}:",
        help="Landing of every login link; empty opens the space's own app.",
        disabled=held("landing"),
        key="landing",
    )
    concurrency = middle.number_input(
        "Calls at the same time",
        1,
        64,
        page.settings.concurrency,
        disabled=held("concurrency"),
        key="concurrency",
    )
    personal = right.checkbox(
        "A space of their own for each person",
        page.settings.personal_spaces,
        help="Instead of one shared space a team.",
        disabled=held("personal_spaces"),
        wrap=True,
        key="personal",
    )
    by_themselves = web_app.web_app_fields(page.settings, held)
    people = audit.people_fields(page.settings, held)
    wanted = {
        **by_themselves,
        **people,
        "region": region or "",
        "profile": profile,
        "domain_id": domain_id or "",
        "event": event,
        "table_name": table,
        "ends_on": ends_on.isoformat() if ends_on else "",
        "app_type": app_type,
        "instance_type": instance,
        "ebs_gb": ebs,
        "landing": landing,
        "concurrency": concurrency,
        "personal_spaces": personal,
    }
    if st.form_submit_button("Save", type="primary", icon=":material/save:"):
        try:
            st.session_state["settings-saved"] = settings.save(saved, wanted, page.actor)
        except StudioError as error:
            st.session_state["settings-problem"] = error
        loaders.look_again()
        st.rerun()

if not page.settings.missing:
    st.subheader("Checks", anchor=False)
    with st.container(gap="xsmall"):
        for check in loaders.checks(page.hackathon):
            st.markdown(settings.line(check))
    st.button("Check again", icon=":material/refresh:", on_click=loaders.look_again)
    audit.record(page.hackathon)
