"""The dashboard as an ASGI app, which `server` passes to `streamlit run`.

The gate and the security headers are middleware, so they see every page, file, upload and
WebSocket before Streamlit does.
"""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from studio_core import config
from studio_core.clock import utcnow
from studio_core.dashboard.serving.gate import access_middleware
from studio_core.dashboard.serving.headers import SecurityHeaders
from studio_core.dashboard.serving.launch import script
from studio_core.dashboard.serving.sign_in_log import SignInLog
from studio_core.dashboard.serving.tokens import from_environ

# `streamlit run` puts this folder first on the path, where its modules would hide others.
HERE = str(Path(__file__).resolve().parent)
sys.path[:] = [entry for entry in sys.path if entry != HERE]

audit = SignInLog(config.state_path(), clock=utcnow)
app = st.App(
    script(),
    middleware=[*access_middleware(from_environ(), audit=audit), Middleware(SecurityHeaders)],
)
