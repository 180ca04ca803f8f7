"""Calls to AWS: the only package with boto3; it returns domain types and `StudioError`s."""
