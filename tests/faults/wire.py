"""A wire between a client and the embedded server's socket, which can be cut."""

import contextlib
import socket
import threading
from pathlib import Path
from typing import Self

from sqlalchemy import URL

BLOCK = 1 << 16


class Wire:
    """Passes bytes on, both ways, until it is cut: then every connection breaks, and no new one is made until `mend`."""

    def __init__(self, server: URL) -> None:
        """A wire to `server`, the embedded one."""
        self._socket = str(Path(str(server.query["host"])) / f".s.PGSQL.{server.port or 5432}")
        self._ears = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self._is_cut = False
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._ears.close()

    def to(self, url: URL) -> URL:
        """The same database, by this wire."""
        host, port = self._ears.getsockname()
        return URL.create(url.drivername, username=url.username, host=host, port=port, database=url.database)

    def cut(self) -> None:
        """Break every connection, at whatever it is."""
        self._is_cut = True
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Let new connections through again."""
        self._is_cut = False

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._ears.accept()
                if self._is_cut:
                    client.close()
                    continue
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._socket)
                self._ends += [client, server]
                for source, target in ((client, server), (server, client)):
                    threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(BLOCK):
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
