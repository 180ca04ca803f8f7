"""The services beside Studio: tagging, quotas, prices, the policy simulator."""
