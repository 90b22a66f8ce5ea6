"""`laurel up`: prepare the data, print the address, serve the web and run the worker."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.queries import server_is_owned
from accounts.services.setup_links import new_setup_link
from config.diagnosis import stranded_text
from config.preparation import collect_static, prepare_data
from config.serving import PortTaken, reserve_port, serve
from issuer.queries import stranded_origins


class Command(BaseCommand):
    help = "Create or upgrade the data in LAUREL_DATA, then serve Laurel and run its jobs."
    requires_system_checks = []  # `laurel check` runs them; the database may not exist yet

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        try:
            reserved = reserve_port(host, port)
        except PortTaken as error:
            raise CommandError(str(error)) from None
        with reserved:
            prepare_data()
            collect_static()
            # Imports every view, once for all web processes, and looks for the collected files.
            from config.wsgi import application

            self.stdout.write(f"Laurel is at {settings.LAUREL_URL}")
            for origin in stranded_origins():
                self.stderr.write(stranded_text(origin))
            if not server_is_owned():
                self.stdout.write(f"Set it up, once: {new_setup_link()}")
            self.stdout.flush()
            serve(application, host=host, port=port)
