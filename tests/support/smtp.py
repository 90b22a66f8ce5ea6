"""A real SMTP server that keeps what it is given (RFC 5321, as far as a client here goes), and that
fails as told.

The well-known library for this brings a top-level module of the name of our room `public`.
"""

import email
import socketserver
from contextlib import AbstractContextManager
from email import policy
from email.message import EmailMessage
from threading import Event, Thread

DROP = "drop"  # in place of an answer: it ends the connection


class Sink(AbstractContextManager["Sink"]):
    """`letters` it took, and `envelopes`: to whom. `greeting` other than 220 is all it says;
    `refusal` is what it says to recipients, `refusals` to single ones; `hangs`: it says nothing.
    `faults` are its answers to the contents that come next, which it has taken then, maybe. After
    `at_once` letters it closes a connection.
    """

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.envelopes: list[str] = []
        self.greeting, self.refusal, self.hangs = "220 sink", "", False
        self.refusals: dict[str, str] = {}
        self.faults: list[str] = []
        self.at_once = 0  # no limit
        self.connections = 0
        self.ended = Event()
        sink = self

        class Dialogue(socketserver.StreamRequestHandler):
            recipient, taken = "", 0

            def handle(self) -> None:
                sink.connections += 1
                if sink.hangs:
                    sink.ended.wait(60)
                    return
                self.say(sink.greeting)
                if not sink.greeting.startswith("220"):
                    return
                while line := self.rfile.readline().decode().strip():
                    if sink.answer(self, line):
                        return

            def say(self, line: str) -> None:
                self.wfile.write(f"{line}\r\n".encode())

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Dialogue)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def answer(self, dialogue: socketserver.StreamRequestHandler, line: str) -> bool:
        """True when the connection is over."""
        verb = line.split()[0].upper()
        if verb == "RCPT":
            dialogue.recipient = line.partition("<")[2].partition(">")[0]
            refusal = self.refusals.get(dialogue.recipient, self.refusal)
            if self.at_once and dialogue.taken >= self.at_once:
                refusal = "421 enough for now"
            dialogue.say(refusal or "250 fine")
            return refusal.startswith("421")
        if verb == "DATA":
            return self.take(dialogue)
        dialogue.say("221 bye" if verb == "QUIT" else "250 fine")
        return verb == "QUIT"

    def take(self, dialogue: socketserver.StreamRequestHandler) -> bool:
        dialogue.say("354 go on")
        lines = iter(dialogue.rfile.readline, b".\r\n")
        content = b"".join(line.removeprefix(b".") for line in lines)
        fault = self.faults.pop(0) if self.faults else ""
        if fault in ("", DROP):
            self.letters.append(email.message_from_bytes(content, policy=policy.default))
            self.envelopes.append(dialogue.recipient)
            dialogue.taken += 1
        if fault != DROP:
            dialogue.say(fault or "250 taken")
        return fault == DROP

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()
