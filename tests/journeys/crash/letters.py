"""The mails about the crash journey's awards, as a mail server took them."""

from collections import defaultdict
from collections.abc import Iterable

from tests.support.smtp import Sink
from tests.support.threads import eventually

PATIENCE = 120.0


class Letters:
    """A mail may be sent anew when its sender died too early to note that it was taken; then it is
    the same mail, under the same Message-ID.
    """

    def __init__(self, sink: Sink) -> None:
        self.sink = sink

    @property
    def environment(self) -> dict[str, str]:
        """For the server that is to send by it."""
        return {"EMAIL_URL": f"smtp://127.0.0.1:{self.sink.port}"}

    def by_recipient(self) -> dict[str, set[str]]:
        """The Message-IDs that each recipient got."""
        found: dict[str, set[str]] = defaultdict(set)
        for letter in list(self.sink.letters):
            found[str(letter["To"])].add(str(letter["Message-ID"]))
        return found

    def assert_each_got_one_mail(self, people: Iterable[str]) -> None:
        wanted = set(people)
        eventually(lambda: self.by_recipient().keys() >= wanted, PATIENCE)
        found = self.by_recipient()
        assert found.keys() == wanted
        assert {person: ids for person, ids in found.items() if len(ids) > 1} == {}
