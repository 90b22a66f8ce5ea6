"""`/v2/users…`, `/v2/auth/forgot-password`, `/v2/termsVersions…` and the thin `/v1/user…`."""
