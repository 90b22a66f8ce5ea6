"""`laurel check`: Django's system checks, as with `--deploy`."""

from argparse import ArgumentParser

from django.core.management.commands import check


class Command(check.Command):
    help = "Check settings and code, as for a public server. `laurel doctor` looks at the rest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(deploy=True)
