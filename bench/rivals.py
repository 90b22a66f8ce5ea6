"""What Laurel is measured against, on the same machine in the same run: the Django yardstick and
nginx.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import httpx

from tests.support.servers import ROOT, Server, free_port

THREADS = 16  # config.gateway.THREADS, which cannot be imported without Django

NGINX = """
daemon off; {user} worker_processes {cores}; error_log /dev/null; pid {folder}/nginx.pid;
events {{ worker_connections 1024; }}
http {{ access_log off; default_type application/ld+json; open_file_cache max=20000;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; root {folder}/files; }} }}
"""


class Rival:
    """A server process of the bench's own."""

    def __init__(
        self, command: list[str], port: int, inherited: Mapping[str, str], **environment: str
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**inherited, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(200):
            with suppress(httpx.HTTPError):
                httpx.get(self.url)
                return
            time.sleep(0.05)
        raise RuntimeError(f"{command[0]} did not start")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def yardstick(folder: Path, server: Server, document: bytes, *, own_wsgi: bool) -> Rival:
    """Bare Django with Laurel's settings: under Laurel's own server, or under granian's WSGI with
    as many threads.
    """
    path = folder / "document"
    path.write_bytes(document)
    port = free_port()
    if own_wsgi:
        command = ["-m", "granian", "--interface", "wsgi", "bench.yardstick:application"]
        command += ["--port", str(port), "--workers", str(os.cpu_count()), "--http", "1", "--no-ws"]
        command += ["--blocking-threads", str(THREADS), "--log-level", "critical"]
    else:
        command = ["-m", "bench.yardstick", str(port)]
    return Rival([sys.executable, *command], port, server.environment, YARDSTICK_DOCUMENT=str(path))


def nginx(folder: Path, paths: list[str], document: bytes) -> Rival | None:
    """One static file for each award, where nginx is installed."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        return None
    for path in paths:
        file = folder / "files" / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(document)
    # Its children would give up being root, and with that the right to read the folder.
    user = "user root;" if os.geteuid() == 0 else ""
    port = free_port()
    settings = folder / "nginx.conf"
    settings.write_text(NGINX.format(user=user, cores=os.cpu_count(), folder=folder, port=port))
    return Rival([program, "-c", str(settings), "-p", str(folder)], port, os.environ)
