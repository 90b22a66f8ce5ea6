from jobs.errors import Abandon, Retry, describe


def test_a_foreign_message_is_not_kept() -> None:
    assert describe(ValueError("no mailbox ada@example.org, key s3cret")) == "builtins.ValueError"


def test_our_own_reason_is_kept() -> None:
    assert describe(Retry(after=3, reason="peer is busy")) == "jobs.errors.Retry: peer is busy"
    assert describe(Abandon("award is gone")) == "jobs.errors.Abandon: award is gone"
    assert describe(Retry()) == "jobs.errors.Retry"


def test_an_address_in_our_own_reason_is_masked() -> None:
    described = describe(Abandon("mail to <ada@example.org> refused"))
    assert described == "jobs.errors.Abandon: mail to [address] refused"


def test_it_is_cut_to_the_column() -> None:
    assert len(describe(Abandon("x" * 1000))) == 500
