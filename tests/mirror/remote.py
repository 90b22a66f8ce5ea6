"""A Badgr server on loopback, as small as it can be, that fails in every way it is told to."""

import http.server
import json
import secrets
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

Row = dict[str, Any]
USERNAME, PASSWORD = "mirror@example.org", "remote-app-password"


class Handler(http.server.BaseHTTPRequestHandler):
    remote: "RemoteBadgr"

    def handle_any(self) -> None:
        length = int(self.headers.get("content-length", 0))
        body = self.rfile.read(length)
        path = urlsplit(self.path).path
        with self.remote.lock:
            self.remote.asked.append((self.command, path))
            fault = self.remote.next_fault(self.command, path)
        if fault is None or fault(self, body):
            with self.remote.lock:
                status, rows = self.remote.answer(self, body)
            self.reply(status, rows)

    do_GET = do_POST = do_PUT = do_DELETE = handle_any

    def reply(self, status: int, told: Any, **headers: str) -> None:
        content = told if isinstance(told, bytes) else json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def cut(self) -> None:
        """End the connection as a crashed machine does."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        self.connection.close()
        self.wfile.close = lambda: None  # type: ignore[method-assign]

    def finish(self) -> None:
        with suppress(OSError, ValueError):
            super().finish()

    def log_message(self, *_: Any) -> None:
        pass


Fault = Callable[[Handler, bytes], bool]  # True: answer as usual after all


class RemoteBadgr:
    """What it holds is in `classes` and `awards`; what it was asked in `asked`. Not every service
    heeds `allowDuplicateAwards`: one that does hides that it was asked twice.
    """

    def __init__(self, *, refuses_duplicates: bool = True) -> None:
        self.refuses_duplicates = refuses_duplicates
        self.lock = threading.RLock()
        self.asked: list[tuple[str, str]] = []
        self.faults: list[tuple[str, str, Fault]] = []
        self.classes: list[Row] = []
        self.awards: list[Row] = []
        self.sign_ins: Counter[str] = Counter()
        self.tokens: dict[str, str] = {}  # refresh token by access token
        self.expires_in: float = 86400
        self.staff: list[Any] = []  # beside us
        self.role = "owner"
        self.released = threading.Event()  # what `hang_then_do` waits for
        handler = type("BoundHandler", (Handler,), {"remote": self})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        arguments = {"poll_interval": 0.01}
        threading.Thread(target=self.server.serve_forever, kwargs=arguments).start()

    def close(self) -> None:
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def fail(self, method: str, ending: str, *faults: Fault) -> None:
        """The next requests of this method to paths that end so fail, each in its way."""
        self.faults += [(method, ending, fault) for fault in faults]

    def next_fault(self, method: str, path: str) -> Fault | None:
        for index, (of_method, ending, fault) in enumerate(self.faults):
            if of_method in (method, "*") and path.endswith(ending):
                del self.faults[index]
                return fault
        return None

    def requests(self, method: str, ending: str = "") -> int:
        return sum(m == method and path.endswith(ending) for m, path in self.asked)

    @property
    def held(self) -> list[Row]:
        return [row for row in self.awards if not row["revoked"]]

    def answer(self, handler: Handler, body: bytes) -> tuple[int, Any]:
        url = urlsplit(handler.path)
        if url.path == "/o/token":
            return self.token(parse_qs(body.decode()))
        if handler.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return 401, refusal("no valid auth token found")
        data = json.loads(body) if body else {}
        return self.route(handler.command, url.path.strip("/").split("/")[1:], url.query, data)

    def token(self, form: dict[str, list[str]]) -> tuple[int, Any]:
        if form.get("grant_type") == ["refresh_token"]:
            self.sign_ins["refresh"] += 1
            old = [a for a, r in self.tokens.items() if [r] == form["refresh_token"]]
            if not old:
                return 400, {"error": "invalid_grant"}
            del self.tokens[old[0]]
        else:
            self.sign_ins["password"] += 1
            if (form["username"], form["password"]) != ([USERNAME], [PASSWORD]):
                told = "Invalid credentials given."
                return 400, {"error": "invalid_grant", "error_description": told}
        access, refresh = secrets.token_hex(8), secrets.token_hex(8)
        self.tokens[access] = refresh
        token = {"access_token": access, "refresh_token": refresh}
        return 200, token | {"expires_in": self.expires_in}

    def route(self, method: str, path: list[str], query: str, data: Row) -> tuple[int, Any]:
        match method, path:
            case "GET", ["issuers", "remote-issuer"]:
                emails = [{"email": USERNAME}]
                staff = [{"userProfile": {"emails": emails}, "role": self.role}]
                row = {"entityId": "remote-issuer", "name": "There", "staff": staff + self.staff}
                return success([row])
            case "GET", ["issuers", "remote-issuer", "badgeclasses"]:
                return success(self.classes)
            case "POST", ["issuers", "remote-issuer", "badgeclasses"]:
                return success([self.add(self.classes, data)], 201)
            case "PUT", ["badgeclasses", key]:
                return self.change(self.classes, key, data)
            case "GET", ["badgeclasses", key, "assertions"]:
                if key not in [row["entityId"] for row in self.classes]:
                    return 404, refusal("entity not found or insufficient privileges")
                wanted = parse_qs(query).get("recipient")
                rows = [row for row in self.awards if row["badgeclass"] == key]
                if wanted:
                    rows = [r for r in rows if [r["recipient"]["identity"]] == wanted]
                return success(rows)
            case "POST", ["badgeclasses", key, "assertions"]:
                return self.award(key, data)
            case "PUT", ["assertions", key]:
                return self.change(self.awards, key, data)
            case "DELETE", ["assertions", key]:
                for row in (row for row in self.awards if row["entityId"] == key):
                    if row["revoked"]:
                        return 400, refusal("Assertion is already revoked")
                    row |= {"revoked": True, "revocationReason": data["revocation_reason"]}
                    return success([row])
        return 404, refusal("entity not found or insufficient privileges")

    def award(self, key: str, data: Row) -> tuple[int, Any]:
        if key not in [row["entityId"] for row in self.classes]:
            return 404, refusal("entity not found or insufficient privileges")
        same = [
            row
            for row in self.held
            if row["badgeclass"] == key and row["recipient"] == data["recipient"]
        ]
        if same and self.refuses_duplicates and not data.get("allowDuplicateAwards", True):
            return 400, refusal("A previous award of this badge already exists for this recipient.")
        data |= {"badgeclass": key, "revoked": False}
        return success([self.add(self.awards, data)], 201)

    def add(self, rows: list[Row], data: Row) -> Row:
        key = secrets.token_hex(8)
        public = f"{self.url}/public/things/{key}"
        rows.append(data | {"entityId": key, "openBadgeId": public, "image": f"{public}/image"})
        return rows[-1]

    def change(self, rows: list[Row], key: str, data: Row) -> tuple[int, Any]:
        for row in rows:
            if row["entityId"] == key:
                row |= data
                return success([row])
        return 404, refusal("entity not found or insufficient privileges")


def success(rows: list[Row], status: int = 200) -> tuple[int, Row]:
    return status, {"status": {"success": True, "description": "ok"}, "result": list(rows)}


def refusal(*errors: str) -> Row:
    status = {"success": False, "description": "bad request"}
    return {"status": status, "result": [], "fieldErrors": {}, "validationErrors": list(errors)}


# Ways to fail. The first ones do nothing of what was asked.


def refuse(handler: Handler, body: bytes) -> bool:
    handler.cut()
    return False


def hang(handler: Handler, body: bytes) -> bool:
    threading.Event().wait(2.0)  # longer than the tests' patience
    handler.cut()
    return False


def status(code: int, **headers: str) -> Fault:
    def fault(handler: Handler, body: bytes) -> bool:
        handler.reply(code, refusal(f"says {code}"), **headers)
        return False

    return fault


def garbage(handler: Handler, body: bytes) -> bool:
    handler.reply(200, b"<html>Hello, my name is proxy")
    return False


def deep(handler: Handler, body: bytes) -> bool:
    """JSON that is read, and too deep to be walked."""
    handler.reply(400, b'{"error":' * 1010 + b'"no"' + b"}" * 1010)
    return False


def forget_tokens(handler: Handler, body: bytes) -> bool:
    handler.remote.tokens.clear()
    return True


# And these do it, and do not say so.


def do_and_cut(handler: Handler, body: bytes) -> bool:
    with handler.remote.lock:
        handler.remote.answer(handler, body)
    handler.cut()
    return False


def do_and_garble(handler: Handler, body: bytes) -> bool:
    with handler.remote.lock:
        handler.remote.answer(handler, body)
    return garbage(handler, body)


def do_and_hang(handler: Handler, body: bytes) -> bool:
    with handler.remote.lock:
        handler.remote.answer(handler, body)
    return hang(handler, body)


def hang_then_do(handler: Handler, body: bytes) -> bool:
    """Check, take longer than anybody waits, insert: whoever asks in between is not seen."""
    handler.remote.released.wait(30)
    unchecked = json.dumps(json.loads(body) | {"allowDuplicateAwards": True}).encode()
    with handler.remote.lock:
        handler.remote.answer(handler, unchecked)
    handler.cut()
    return False
