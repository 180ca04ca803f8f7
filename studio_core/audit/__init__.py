"""Append-only audit log: each entry holds the hash of the one before it."""

from studio_core.audit.entry import COLUMNS, AuditEntry, audit_csv
from studio_core.audit.log import Audit, newest

__all__ = ["COLUMNS", "Audit", "AuditEntry", "audit_csv", "newest"]
