"""What `/v2` accepts (badgr-api.md 2.2-2.4): shapes, types and lengths. Rules of the domain live in
the services.
"""
