"""Where documents lie: files of this machine, or object stores and archives behind a URL, opened by fsspec.

Nothing is fetched but what the user names. A URL is `s3://bucket/folder`, `file:///data/a.pdf`,
`zip://*.xml::file:///data/papers.zip`, or of any other protocol for which the package that fsspec asks for is installed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

_last: tuple[str, bytes] = ("", b"")
"""The bytes that were fetched last: who asks for the digest of a URL and reads it then fetches once."""


class PlaceFault(OSError):
    """A URL that cannot be opened; the text is one line that names it."""


def is_url(path: str) -> bool:
    return "://" in path


def suffix(path: str) -> str:
    """The kind of a file in small letters, such as `.pdf`."""
    return PurePosixPath(name(path)).suffix.lower()


def name(path: str) -> str:
    """The name of a file, of one in an archive without the archive, of one on the web without its query."""
    if not is_url(path):
        return Path(path).name
    inner = path.partition("::")[0]
    return PurePosixPath(urlsplit(inner).path if inner.startswith("http") else inner).name


def data(path: str) -> bytes:
    """The bytes that lie there. Raises OSError."""
    if not is_url(path):
        return Path(path).read_bytes()
    url, held = _last
    return held if url == path else fetch(path)


def fetch(url: str) -> bytes:
    """The bytes behind a URL as they are now. Raises PlaceFault."""
    global _last  # noqa: PLW0603 - one document at a time, whose bytes two steps need
    system, root = _opened(url)
    try:
        held = bytes(system.cat_file(root))
    except Exception as error:  # each protocol has errors of its own
        raise _fault(url, error) from None
    _last = (url, held)
    return held


def sha256(path: str) -> str:
    """Of the bytes that lie there now, empty where they cannot be read."""
    try:
        if is_url(path):
            return hashlib.sha256(fetch(path)).hexdigest()
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def at_hand(url: str, sha256: str) -> bool:
    """Whether the bytes that were fetched last are these, as for the next line of one file."""
    held, bytes_ = _last
    return held == url and hashlib.sha256(bytes_).hexdigest() == sha256


class Digests(dict[str, str]):
    """SHA-256 of what lies at paths, each looked at once; empty where nothing can be read."""

    def __missing__(self, path: str) -> str:
        self[path] = sha256(path)
        return self[path]


def listed(url: str) -> tuple[str, ...]:
    """The URLs of all files under a URL, sorted; of a file its own. Raises PlaceFault where there is nothing."""
    system, root = _opened(url)
    try:
        found = _found(system, root)
    except Exception as error:
        raise _fault(url, error) from None
    if not found:
        raise PlaceFault(f"{url}: there is no such file or folder; name documents that exist")
    first, chained, rest = url.partition("::")
    scheme = first.partition("://")[0]
    return tuple(f"{scheme}://{one}{chained}{rest}" if chained else str(system.unstrip_protocol(one)) for one in found)


def _found(system: Any, root: str) -> list[str]:
    if any(mark in root for mark in "*?["):
        return sorted(one for one in system.glob(root) if system.isfile(one))
    if system.isfile(root):
        return [root]
    return sorted(_visible(system.find(root), root))


def _visible(files: list[str], root: str) -> Iterator[str]:
    for file in files:
        if not any(part.startswith(".") for part in PurePosixPath(file.removeprefix(root)).parts):
            yield file


def _opened(url: str) -> tuple[Any, str]:
    """The file system of a URL and the path in it. Raises PlaceFault for a protocol that cannot be spoken here."""
    from fsspec.core import url_to_fs

    try:
        system, root = url_to_fs(url)
    except Exception as error:
        raise _fault(url, error) from None
    return system, str(root)


def _fault(url: str, error: Exception) -> PlaceFault:
    said = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, FileNotFoundError):
        said = "there is no such file"
    elif isinstance(error, ImportError):
        said = f"this protocol needs a package that is not installed: {said}"
    return PlaceFault(f"{url}: {said}")
