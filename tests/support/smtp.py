"""A real SMTP server that keeps what it is given (RFC 5321, as far as a client here goes).

The well-known library for this brings a top-level module of the name of our room `public`.
"""

import email
import socketserver
from contextlib import AbstractContextManager
from email import policy
from email.message import EmailMessage
from threading import Thread


class Sink(AbstractContextManager["Sink"]):
    """`letters` it took; `refusal` is what it says to recipients instead."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refusal = ""
        sink = self

        class Dialogue(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.say("220 sink")
                while line := self.rfile.readline().decode().strip():
                    if sink.answer(self, line.split()[0].upper()):
                        return

            def say(self, line: str) -> None:
                self.wfile.write(f"{line}\r\n".encode())

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Dialogue)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def answer(self, dialogue: socketserver.StreamRequestHandler, verb: str) -> bool:
        """True when the client has said good-bye."""
        if verb == "RCPT" and self.refusal:
            dialogue.say(self.refusal)
        elif verb == "DATA":
            dialogue.say("354 go on")
            lines = iter(dialogue.rfile.readline, b".\r\n")
            content = b"".join(line.removeprefix(b".") for line in lines)
            self.letters.append(email.message_from_bytes(content, policy=policy.default))
            dialogue.say("250 taken")
        else:
            dialogue.say("221 bye" if verb == "QUIT" else "250 fine")
        return verb == "QUIT"

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
