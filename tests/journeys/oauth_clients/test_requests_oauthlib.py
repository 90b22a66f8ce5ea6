"""requests-oauthlib: code with PKCE, API, refresh, revoke."""

from requests_oauthlib import OAuth2Session

from tests.journeys.oauth_clients.conftest import consent


def test_the_whole_dance(app, person, monkeypatch):
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # a practice server has no TLS
    session = OAuth2Session(
        app.client_id, redirect_uri=app.redirect_uri, scope=["r:issuer"], pkce="S256"
    )
    server = app.server.url
    address, state = session.authorization_url(f"{server}/auth/oauth2/authorize")
    landed = consent(person, address, app.redirect_uri)
    assert f"state={state}" in landed
    token = session.fetch_token(
        f"{server}/o/token", authorization_response=landed, client_secret=app.client_secret
    )
    assert token["scope"] == ["r:issuer"]
    assert session.get(f"{server}/v2/issuers").json()["result"][0]["name"] == "University"

    auth = (app.client_id, app.client_secret)
    fresh = session.refresh_token(f"{server}/o/token", auth=auth)
    assert fresh["access_token"] != token["access_token"]
    assert session.get(f"{server}/v2/issuers").status_code == 200

    revoked = session.post(
        f"{server}/o/revoke_token",
        data={"token": fresh["access_token"]},
        auth=auth,
        withhold_token=True,
    )
    assert revoked.status_code == 200
    assert session.get(f"{server}/v2/issuers").status_code == 401
    session.close()
