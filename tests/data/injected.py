"""A package index of a test's own, on this machine, and a small set that it has: no test here asks anybody outside."""

import gzip
import hashlib
import io
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from rnnviz.data.archives import Archive

CONTENT = b"one line\nand another\n"
INNER, OUTER, NAME = "inner/words.txt", "small-1.0/data.tar.gz", "small-1.0.tar.gz"


def packed(*files: tuple[tarfile.TarInfo | str, bytes]) -> bytes:
    """Return a compressed tar archive of these, each a name or a whole header."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for header, content in files:
            header = tarfile.TarInfo(header) if isinstance(header, str) else header
            header.size = len(content)
            tar.addfile(header, io.BytesIO(content))
    return gzip.compress(raw.getvalue(), mtime=0)


def link(name: str, to: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    """Return the header of a link."""
    header = tarfile.TarInfo(name)
    header.type, header.linkname = kind, to
    return header


def archive(content: bytes, *members: str, kept: bytes = CONTENT) -> Archive:
    """Return the entry of a set in such an archive, with the hashes that it has."""
    return Archive(
        name="addresses",
        package="small",
        version="1.0",
        file=NAME,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        members=members,
        kept_as="small-1.0.txt",
        kept_size=len(kept),
        kept_sha256=hashlib.sha256(kept).hexdigest(),
    )


GOOD = packed((OUTER, packed((INNER, CONTENT))))


@contextmanager
def index(sent: bytes, *, called: str = NAME, promised: int | None = None, status: int = 200) -> Iterator[str]:
    """Serve one project, ``small``, whose one archive is ``sent``; yield the address of the index."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/simple/small/":
                self._answer(f'<html><body><a href="/files/{called}">{called}</a></body></html>'.encode(), "text/html")
            else:
                self._answer(sent, "application/octet-stream", promised)

        def _answer(self, body: bytes, kind: str, length: int | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body) if length is None else length))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Say nothing: what a test prints is read."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/simple"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
