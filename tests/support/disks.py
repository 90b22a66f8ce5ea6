"""What a disk holds after a power cut, by a trace of what processes asked the kernel for: what was
synced is there; of the rest any part may be, or none.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

CALLS = (
    "openat creat mkdir mkdirat unlink unlinkat rename renameat renameat2 ftruncate "
    "fsync fdatasync write pwrite64 pwritev pwritev2 writev sendto sendmsg"
)
# Not every kind of machine has all of them: "?".
TRACED = ",".join(f"?{call}" for call in CALLS.split())
STRACE = ["strace", "-f", "-yy", "-xx", "-s", "4194304", "-e", f"trace={TRACED}"]
STRACE += ["-e", "signal=none", "--seccomp-bpf"]
SECTOR = 512

LINE = re.compile(r"(\d+) +(.*)")
RESUMED = re.compile(r"<\.\.\. \w+ resumed>(.*)")
CALL = re.compile(r"(\w+)\((.*)\)\s+= (-?\d+)")
TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
HANDLE = re.compile(r"^\d+<((?:\\x[0-9a-f]{2})+|[^>]*)>")


@dataclass(frozen=True)
class Event:
    """A call and its arguments; the lines of the trace where it began and ended."""

    name: str
    arguments: str
    began: int
    ended: int

    @property
    def moment(self) -> int:
        """When it counts. What is written may be there (or on the wire) from the beginning of the
        call, what is synced or named is from its end.
        """
        return self.began if "write" in self.name or "send" in self.name else self.ended

    @property
    def texts(self) -> list[bytes]:
        return [decoded(text) for text in TEXT.findall(self.arguments)]

    @property
    def handle(self) -> str:
        """What the first argument, a descriptor, stands for."""
        found = HANDLE.match(self.arguments)
        named = found[1] if found else ""
        return decoded(named).decode() if named.startswith("\\x") else named

    @property
    def numbers(self) -> list[int]:
        """The plain numbers at the end of the arguments."""
        found = re.search(r"((?:, \d+)+)$", self.arguments)
        return [int(number) for number in found[1].split(", ")[1:]] if found else []


def decoded(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def events(trace: Path) -> list[Event]:
    """The calls that succeeded, in the order of the moments at which they count."""
    return sorted(calls(trace), key=lambda event: event.moment)


def calls(trace: Path) -> Iterator[Event]:
    begun: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(trace.read_text().splitlines()):
        found = LINE.match(line)
        assert found, line[:200]
        process, text = found.groups()
        began = number
        if text.endswith("<unfinished ...>"):
            begun[process] = (number, text.removesuffix("<unfinished ...>").rstrip())
            continue
        if resumed := RESUMED.match(text):
            began, start = begun.pop(process)
            text = start + resumed[1]
        call = CALL.match(text)
        if call and not call[3].startswith("-"):
            yield Event(call[1], call[2], began, number)


Change = Callable[[bytearray], None]
Keep = Callable[[], bool]  # whether a piece that was not synced has reached the disk all the same


@dataclass
class File:
    """`durable`: as of the last sync. `pending`: what came since, each with the moment it began."""

    durable: bytearray
    length: int
    pending: list[tuple[int, Change]] = field(default_factory=list)

    def sync(self, began: int) -> None:
        """What was asked for before this began is on the disk."""
        for moment, change in self.pending:
            if moment < began:
                change(self.durable)
        self.pending = [(moment, change) for moment, change in self.pending if moment >= began]

    def after_a_cut(self, keep: Keep) -> bytes:
        content = bytearray(self.durable)
        for _, change in self.pending:
            if keep():
                change(content)
        return bytes(content)


class Disk:
    """The files below a folder: `names` as processes see them, `durable` as a cut leaves them.

    Memory that several processes share (SQLite's -shm) is none of its business.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        files = [path for path in folder.rglob("*") if path.is_file()]
        self.names = {
            str(path): File(bytearray(content), len(content))
            for path in files
            for content in [path.read_bytes()]
        }
        self.folders = {str(path) for path in [folder, *folder.rglob("*")] if path.is_dir()}
        self.durable, self.durable_folders = dict(self.names), set(self.folders)

    def holds(self, path: str) -> bool:
        return path.startswith(f"{self.folder}/") or path == str(self.folder)

    def feel(self, event: Event) -> None:
        """Do what the call did. Raises KeyError for one on a file that nobody made."""
        match event.name:
            case "openat" | "creat":
                path = event.texts[-1].decode()
                if "O_CREAT" in event.arguments and self.holds(path):
                    file = self.names.setdefault(path, File(bytearray(), 0))
                    if "O_TRUNC" in event.arguments:
                        self.truncate(file, 0, event.began)
            case "mkdir" | "mkdirat":
                self.folders.add(event.texts[-1].decode())
            case "unlink" | "unlinkat":
                self.names.pop(event.texts[-1].decode(), None)
            case "rename" | "renameat" | "renameat2":
                old, new = (text.decode() for text in event.texts)
                if self.holds(new):
                    self.names[new] = self.names.pop(old)
            case _ if self.holds(event.handle):
                self.feel_handle(event)

    def feel_handle(self, event: Event) -> None:
        path = event.handle
        if event.name in ("fsync", "fdatasync"):
            if path in self.folders:
                self.sync_folder(path)
            else:
                self.names[path].sync(event.began)
        elif event.name == "ftruncate":
            self.truncate(self.names[path], event.numbers[-1], event.began)
        elif event.name == "pwrite64":
            self.write(self.names[path], event.texts[0], event.numbers[-1], event.began)
        elif event.name == "write":  # from the start to the end, as whole files are written
            file = self.names[path]
            self.write(file, event.texts[0], file.length, event.began)
        else:
            raise AssertionError(f"{event.name} on {path}: this disk does not know how")

    def write(self, file: File, content: bytes, offset: int, began: int) -> None:
        """By sectors: each of them may come to the disk without the others."""
        for start in range(0, len(content), SECTOR):
            piece, place = content[start : start + SECTOR], offset + start
            file.pending.append((began, lambda data, p=piece, at=place: put(data, p, at)))
        file.length = max(file.length, offset + len(content))

    def truncate(self, file: File, length: int, began: int) -> None:
        file.pending.append((began, lambda data: put_length(data, length)))
        file.length = length

    def sync_folder(self, folder: str) -> None:
        """Its names are as processes see them."""

        def inside(path: str) -> bool:
            return str(Path(path).parent) == folder

        kept = {path: file for path, file in self.durable.items() if not inside(path)}
        self.durable = kept | {path: file for path, file in self.names.items() if inside(path)}
        self.durable_folders |= {path for path in self.folders if inside(path)}

    def after_a_cut(self, keep: Keep) -> dict[str, bytes]:
        """Content by path, relative to the folder. A name whose folder is gone is gone, too."""
        names = dict(self.durable)
        for path in self.names.keys() ^ names.keys():
            if keep():
                names.pop(path, None) if path in names else names.update({path: self.names[path]})
        names |= {
            p: f for p, f in self.names.items() if p in names and names[p] is not f and keep()
        }
        return {
            str(Path(path).relative_to(self.folder)): file.after_a_cut(keep)
            for path, file in names.items()
            if not path.endswith("-shm")
            if str(Path(path).parent) in self.durable_folders or keep()
        }


def put(data: bytearray, piece: bytes, place: int) -> None:
    if len(data) < place:
        data.extend(bytes(place - len(data)))
    data[place : place + len(piece)] = piece


def put_length(data: bytearray, length: int) -> None:
    del data[length:]
    data.extend(bytes(length - len(data)))
