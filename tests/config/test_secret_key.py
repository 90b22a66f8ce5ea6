"""The secret key: one, made once, for Laurel's eyes only."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from config.secret_key import read_or_create_secret_key


def test_it_is_made_once_and_hidden(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    key = read_or_create_secret_key(data)
    assert len(key) >= 64
    assert read_or_create_secret_key(data) == key
    assert stat.S_IMODE((data / "secret-key").stat().st_mode) == 0o600
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert [path.name for path in data.iterdir()] == ["secret-key"]


def test_two_servers_have_two(tmp_path: Path) -> None:
    assert read_or_create_secret_key(tmp_path / "a") != read_or_create_secret_key(tmp_path / "b")


def test_a_folder_that_exists_keeps_its_mode(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o750)
    read_or_create_secret_key(data)
    assert stat.S_IMODE(data.stat().st_mode) == 0o750


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path;"
        "from config.secret_key import read_or_create_secret_key as key;"
        "print(key(Path(sys.argv[1])))"
    )
    root = Path(__file__).resolve().parents[2]

    def start(_: int) -> str:
        command = [sys.executable, "-c", script, str(tmp_path / "data")]
        return subprocess.run(
            command, cwd=root, capture_output=True, text=True, check=True
        ).stdout.strip()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(start, range(8)))) == 1
