"""Places that files are fetched from: `python -m tests.offered.stores s3|sftp|http FOLDER` serves one, each as real as its client can tell.

It says its port, and runs until its standard input ends.
"""

import asyncio
import logging
import os
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

USER, PASSWORD = "crm", "open sesame"


def s3() -> None:
    """Amazon's protocol, spoken by moto."""
    from moto.moto_server.threaded_moto_server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    say(server.get_host_and_port()[1])
    sys.stdin.read()


async def sftp(root: Path) -> None:
    """SSH's, spoken by asyncssh; its key stands in `known_hosts` of the folder, as the client's list of servers."""
    import asyncssh

    class Door(asyncssh.SSHServer):
        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == (USER, PASSWORD)

    def files(channel: asyncssh.SSHServerChannel) -> asyncssh.SFTPServer:
        return asyncssh.SFTPServer(channel, chroot=os.fsencode(root))

    key = asyncssh.generate_private_key("ssh-ed25519")
    server = await asyncssh.listen("127.0.0.1", 0, server_factory=Door, server_host_keys=[key], sftp_factory=files)
    (root / "known_hosts").write_text(f"[127.0.0.1]:{server.get_port()} {key.export_public_key().decode()}")
    say(server.get_port())
    await asyncio.to_thread(sys.stdin.read)


def http(root: Path) -> None:
    """The web's, whose lists tell names alone."""

    class Silent(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(root))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        say(server.server_port)
        sys.stdin.read()


def say(port: int) -> None:
    """Tell the port to whoever started this."""
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1] == "s3":
        s3()
    elif sys.argv[1] == "http":
        http(Path(sys.argv[2]))
    else:
        asyncio.run(sftp(Path(sys.argv[2])))
