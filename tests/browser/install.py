"""Make sure that a Chromium and a Chinese font are there; Debian's packages are fetched where they are not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHINESE_FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


def browser() -> str | None:
    """Path of the browser to drive; None where there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def main() -> int:
    """Install what is missing with apt-get; 1 and a sentence where that cannot be done."""
    missing = [
        name for name, there in (("chromium", browser()), ("fonts-noto-cjk", CHINESE_FONT.exists())) if not there
    ]
    if not missing:
        return 0
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        sys.stderr.write(f"The browser tests need {' and '.join(missing)}: install them with your package manager.\n")
        return 0 if browser() else 1
    quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
    subprocess.run([apt, "update", "-qq"], check=True, **quiet)
    subprocess.run([apt, "install", "-y", "-qq", "--no-install-recommends", *missing], check=True, **quiet)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
