"""The registry of services that can be mirrored into, by the `type` of a provider."""

from mirror.adapters.badgr import Badgr
from mirror.contract import MakeAdapter

ADAPTERS: dict[str, MakeAdapter] = {"badgr": Badgr}
