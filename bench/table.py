"""Ten thousand awards from a CSV, through the pages, as staff would; every recipient is mailed."""

import re
import time
from dataclasses import dataclass

import httpx

from tests.support.servers import OWNER, PASSWORD, Server

ROWS = 10_000


@dataclass(frozen=True)
class FromTable:
    """Milliseconds until the awards were acknowledged, and until all of them could be read; by how
    many MB the server's processes had grown then.
    """

    acknowledged: float
    readable: float
    grown: float


def from_table(server: Server, badge_class: str) -> FromTable:
    """Raises RuntimeError when anything is answered otherwise than hoped for."""
    lines = (f"table.{n}@example.org,Person {n}\n" for n in range(ROWS))
    table = ("class.csv", "email,name\n" + "".join(lines), "text/csv")
    with httpx.Client(base_url=server.url, timeout=60) as browser:
        sign_in(browser)
        before, begun = memory_of(server), time.perf_counter()
        sent = post(browser, f"/badges/{badge_class}/import/", files={"table": table})
        issuance = post(browser, sent, data={"exclusive": "on", "notify": "yes"})
        acknowledged = time.perf_counter() - begun
        while f"{ROWS} of {ROWS} rows are done" not in browser.get(issuance).text:
            time.sleep(0.1)
        readable = time.perf_counter() - begun
        result = browser.get(f"{issuance}result.csv").text
    addresses = re.findall(r"http\S+/public/assertions/\w+", result)
    if len(set(addresses)) != ROWS or httpx.get(addresses[-1]).status_code != 200:
        raise RuntimeError(f"{len(addresses)} awards came of a table")
    return FromTable(acknowledged * 1000, readable * 1000, memory_of(server) - before)


def sign_in(browser: httpx.Client) -> None:
    browser.get("/accounts/login/")
    post(browser, "/accounts/login/", data={"login": OWNER, "password": PASSWORD})


def post(browser: httpx.Client, path: str, *, data: dict[str, str] | None = None, **more) -> str:
    """Where a form leads."""
    token = {"csrfmiddlewaretoken": browser.cookies["csrftoken"]}
    answer = browser.post(path, data=(data or {}) | token, **more)
    if answer.status_code != 302:
        raise RuntimeError(f"{path} was answered {answer.status_code}: {answer.text[:500]}")
    return answer.headers["location"]


def memory_of(server: Server) -> float:
    """MB that its processes hold."""
    pages = 0
    for pid in server.group():
        with open(f"/proc/{pid}/statm") as statm:
            pages += int(statm.read().split()[1])
    return pages * 4096 / 1e6
