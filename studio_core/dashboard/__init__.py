"""The organisers' dashboard."""
