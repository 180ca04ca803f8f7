"""Serve the dashboard: the gate in front of Streamlit, sign-in, and the server process."""
