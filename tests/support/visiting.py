"""People at a running server, without a browser: they fill in its forms, as without scripts."""

import html
import re

import httpx

from tests.support.servers import OWNER, PASSWORD, Server


class Visitor:
    """Keeps its cookies. `close` it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.http = httpx.Client(base_url=server.url, timeout=60, follow_redirects=True)

    def submit(self, page: str, **fields: object) -> httpx.Response:
        """Fill in the form of a page; where it leads."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.http.get(page).text)
        assert token, f"{page} has no form"
        data = {"csrfmiddlewaretoken": token[1]} | fields
        return self.http.post(page, data=data, headers={"Origin": self.server.url})

    def become_owner(self) -> None:
        """Set the server up; where somebody has, sign in as they."""
        link = setup_link(self.server)
        if link and self.http.get(link).status_code == 200:
            self.submit(link, name="Ada Lovelace", email=OWNER, password=PASSWORD)
        else:
            self.submit("/accounts/login/", login=OWNER, password=PASSWORD)

    def app_password(self, name: str, *scopes: str) -> str:
        """A new one, as it is shown."""
        made = self.submit("/accounts/app-passwords/", name=name, scopes=scopes, reach="all")
        shown = re.search(r'<code class="secret">([^<]+)</code>', made.text)
        assert shown, made.text[-2000:]
        return html.unescape(shown[1])

    def close(self) -> None:
        self.http.close()


def setup_link(server: Server) -> str | None:
    """The link that the last start printed."""
    printed = server.log.read_text().rpartition("Laurel is at ")[2]
    found = re.search(r"Set it up, once: (\S+)", printed)
    return found and found[1]
