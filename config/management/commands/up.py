"""`laurel up`: prepare the data, print the address, serve the web and run the worker."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.queries import server_is_owned
from accounts.services.setup_links import new_setup_link
from config.preparation import collect_static, prepare_data
from config.serving import serve


class Command(BaseCommand):
    help = "Create or upgrade the data in LAUREL_DATA, then serve Laurel and run its jobs."
    requires_system_checks = []  # `laurel check` runs them; the database may not exist yet

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        prepare_data()
        collect_static()
        self.stdout.write(f"Laurel is at {settings.LAUREL_URL}")
        if not server_is_owned():
            self.stdout.write(f"Set it up, once: {new_setup_link()}")
        self.stdout.flush()
        serve(host=host, port=port)
