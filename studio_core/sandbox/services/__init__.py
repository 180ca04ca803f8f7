"""Services in addition to Studio: tagging, quotas, prices, DynamoDB, the policy simulator."""
