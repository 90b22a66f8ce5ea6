"""The way out: one connection, and what the other side's answer means. No address is in an error's
words. Never inside a transaction.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException

from django.core.mail import EmailMessage, get_connection

from jobs.errors import SafeError

CLOSING = 421  # "service not available, closing transmission channel" (RFC 5321, 3.8)

REFUSALS = (400, 422)  # what mail services answer for a recipient or a content that will never do

Send = Callable[[EmailMessage], None]


class Unreachable(SafeError):
    """The server cannot be used now, for no mail."""


class NotNow(SafeError):
    """This mail cannot be taken now; others may."""


class Refused(Exception):
    """This mail will never be taken. `code` is SMTP's, where there is one."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


@contextmanager
def outlet() -> Iterator[Send]:
    """A function that sends one message, raising NotNow, Refused or Unreachable. Raises Unreachable
    where there is no connection.
    """
    connection = get_connection()
    try:
        connection.open()
    except Exception as error:  # of many kinds: sockets, TLS, SMTP's own, a vendor's
        raise unreachable(error) from error

    def send(message: EmailMessage) -> None:
        try:
            connection.send_messages([message])
        except SMTPRecipientsRefused as error:
            raise verdict(*(code for code, _ in error.recipients.values())) from error
        except SMTPDataError as error:
            raise verdict(error.smtp_code) from error
        except Exception as error:
            raise (vendors_verdict(error) or verdict_on(error)) from error

    try:
        yield send
    finally:
        with suppress(Exception):  # what was sent is sent, however the good-bye goes
            connection.close()


def verdict_on(error: Exception) -> Exception:
    """What an error means that brings no answer of SMTP to this one mail."""
    if isinstance(error, OSError):  # smtplib's others are among them
        return unreachable(error)
    if isinstance(error, ValueError):
        return Refused(None)
    return NotNow(f"the mail service failed ({type(error).__name__})")


def vendors_verdict(error: Exception) -> Exception | None:
    """What an error of anymail's means, which is asked first: some are OSErrors or ValueErrors.
    None for others, and where anymail is not installed.
    """
    try:
        from anymail import exceptions as anymail
    except ImportError:
        return None
    if not isinstance(error, anymail.AnymailError):
        return None
    if isinstance(error, anymail.AnymailRecipientsRefused | anymail.AnymailInvalidAddress):
        return Refused(None)
    status = getattr(error, "status_code", None)
    if isinstance(error, anymail.AnymailAPIError) and status in REFUSALS:
        return Refused(status)
    return Unreachable(f"the mail service cannot be used ({type(error).__name__} {status or ''})")


def unreachable(error: Exception) -> Unreachable:
    code = f" {error.smtp_code}" if isinstance(error, SMTPResponseException) else ""
    return Unreachable(f"the mail server cannot be used ({type(error).__name__}{code})")


def verdict(code: int) -> Exception:
    """What an answer to one mail means (RFC 5321, 4.2.1)."""
    if code == CLOSING:
        return Unreachable(f"the mail server closed the connection ({code})")
    return Refused(code) if 500 <= code < 600 else NotNow(f"the mail server said {code}")
