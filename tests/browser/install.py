"""Make sure that a Chromium, a Chinese font and axe-core are there: Debian's packages and npm's are fetched where they are not."""

import base64
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHINESE_FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
AXE_VERSION = "4.14.1"
AXE_ADDRESS = f"https://registry.npmjs.org/axe-core/-/axe-core-{AXE_VERSION}.tgz"
AXE_SHA512 = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
"""The integrity that npm publishes for this version: no other bytes are run."""
BUILD = Path(__file__).parents[2] / "build"
NGINX = BUILD / "nginx" / "usr" / "sbin" / "nginx"


def browser() -> str | None:
    """Path of the browser to drive; None where there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def nginx() -> str | None:
    """Path of the proxy to stand behind; None where there is none."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or shutil.which(str(NGINX))


def _fetch_nginx() -> None:
    """Take Debian's nginx out of its package, beside nothing: installed, it would serve this machine from then on."""
    apt = shutil.which("apt-get")
    if nginx() is not None or apt is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        fetched = subprocess.run([apt, "download", "-qq", "nginx"], cwd=folder, check=False, capture_output=True)
        if fetched.returncode == 0:
            [package] = Path(folder).glob("nginx_*.deb")
            subprocess.run(["dpkg", "-x", str(package), str(BUILD / "nginx")], check=True)


def axe() -> Path:
    """The file of axe-core, fetched once. Raises ValueError where the registry gives other bytes than were published."""
    kept = BUILD / f"axe-core-{AXE_VERSION}.js"
    if not kept.exists():
        with urllib.request.urlopen(AXE_ADDRESS, timeout=60) as answer:
            package = answer.read()
        if base64.b64encode(hashlib.sha512(package).digest()).decode() != AXE_SHA512:
            raise ValueError(f"{AXE_ADDRESS} is not what was published as axe-core {AXE_VERSION}")
        with tarfile.open(fileobj=io.BytesIO(package)) as opened:
            script = opened.extractfile("package/axe.min.js")
            content = script.read() if script else b""
        BUILD.mkdir(exist_ok=True)
        part = kept.with_suffix(f".{os.getpid()}")
        part.write_bytes(content)
        part.replace(kept)  # whole or not at all: two workers may fetch it
    return kept


def main() -> int:
    """Install what is missing with apt-get; 1 and a sentence where that cannot be done."""
    axe()
    _fetch_nginx()
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
