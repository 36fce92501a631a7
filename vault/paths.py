"""Names and new files that are safe to make: nothing is replaced, nothing is followed, nothing half-written stays.

Floor: bedrock. Every room that writes a file for a person goes through here. It refuses links, devices and whatever
is there already.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import stat
import sys
import unicodedata
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from vault.errors import EngineError, UnsafePathError

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

MAX_NAME_BYTES: Final = 150
_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{stem}{digit}" for stem in ("com", "lpt") for digit in "123456789¹²³"}
)
_FORBIDDEN: Final = frozenset('<>:"/\\|?*')
_NO_FOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)
_BINARY: Final = getattr(os, "O_BINARY", 0)
_UNFINISHED: Final = re.compile(r"\.[0-9a-f]{16}\.part")
_TRIES: Final = 20


def _unfinished_name(target: Path) -> Path:
    return target.with_name(f".{secrets.token_hex(8)}.part")


def _take(path: Path, make: Callable[[], int]) -> int:
    """Make something unfinished, locked while it is open; -1 if another took it for abandoned meanwhile."""
    number = make()
    if sys.platform != "win32":
        try:
            fcntl.flock(number, fcntl.LOCK_EX)
        except OSError:
            return number  # no locks on this file system: nobody can lock it, so nobody removes it
        try:
            lost = not os.path.samestat(os.fstat(number), path.lstat())
        except OSError:
            lost = True
        if lost:
            os.close(number)
            return -1
    return number


def clear_unfinished(folder: Path) -> int:
    """Remove what killed processes left of new files and folders: of this program's names, this user's, and unlocked.

    Where the system has no locks (Windows, some network shares) nothing is removed, for it might be in the making.

    Args:
        folder: Where new files and folders were to appear.

    Returns:
        How many were removed.
    """
    if sys.platform == "win32":
        return 0
    try:
        with os.scandir(folder) as listing:
            names = sorted(entry.name for entry in listing if _UNFINISHED.fullmatch(entry.name))
    except OSError:
        return 0
    return sum(_clear(folder / name) for name in names)


def _clear(path: Path) -> bool:
    if sys.platform == "win32":
        return False
    try:
        number = os.open(path, os.O_RDONLY | _NO_FOLLOW | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return False
    try:
        found = os.fstat(number)
        ours = found.st_uid == os.geteuid() and stat.S_IFMT(found.st_mode) in {stat.S_IFDIR, stat.S_IFREG}
        if not ours:
            return False
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(found, path.lstat()):
            return False
        if stat.S_ISDIR(found.st_mode):
            shutil.rmtree(path)
        else:
            path.unlink()
    except OSError:
        return False
    finally:
        os.close(number)
    return True


def safe_name(name: str, fallback: str) -> str:
    """Make of any text a file name that stays inside its folder on every system.

    Args:
        name: Untrusted name, perhaps with folders, drive letters or control characters.
        fallback: Plain ASCII name used when nothing is left.

    Returns:
        At most 150 bytes of UTF-8: the last part of the name, with separators, control, format and reserved characters
        replaced or dropped.
    """
    last = unicodedata.normalize("NFC", name.replace("\\", "/")).split("/")[-1]
    kept = "".join("_" if c in _FORBIDDEN else c for c in last if unicodedata.category(c)[0] != "C")
    kept = " ".join(kept.split()).strip(". ")
    stem, dot, suffix = kept.rpartition(".")
    if not dot:
        stem, suffix = kept, ""
    room = MAX_NAME_BYTES - len((dot + suffix).encode())
    if room < 1:
        stem, dot, suffix, room = kept, "", "", MAX_NAME_BYTES
    stem = stem.encode()[:room].decode(errors="ignore").strip(". ")
    if stem.split(".")[0].casefold().rstrip() in _RESERVED:
        stem = "_" + stem
    return (stem + dot + suffix).strip(". ") or fallback


def require_absent(path: Path) -> None:
    """Raise unless nothing at all is at this path and its folder exists.

    Raises:
        UnsafePathError: Something is there (a file, a link, a device), or there is no such folder.
    """
    if os.path.lexists(path):
        msg = f"{path.name} is there already; nothing was replaced"
        raise UnsafePathError(msg)
    if not path.parent.is_dir():
        msg = f"there is no folder {path.parent}"
        raise UnsafePathError(msg)


def sync_folder(folder: Path) -> None:
    """Make a new or renamed entry of a folder durable, where the system offers that."""
    try:
        number = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(number)
    except OSError:
        # Some file systems cannot sync a folder; the entry is then as durable as the system makes it.
        return
    finally:
        os.close(number)


def _write_all(number: int, data: bytes) -> None:
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(number, view) :]
    except OSError as error:
        msg = f"writing failed: {error.strerror}"
        raise EngineError(msg) from None


class NewFile:
    """A file that appears under its name only when it is whole; used as a context manager.

    Until `commit` it has no name at all where the file system can do that (most on Linux), so that nothing stays of it
    when the process is killed; elsewhere it is written beside the target under a random name. It is 0600 from the first
    byte, and gone unless `commit` was called.

    Args:
        target: Final path; nothing may be there.

    Raises:
        UnsafePathError: Something is at the target, or its folder is missing.
        EngineError: The disk refused.
    """

    def __init__(self, target: Path) -> None:
        """Remember the target; nothing is made yet."""
        self._target = target
        self._named: Path | None = None
        self._number = -1

    def __enter__(self) -> Self:
        """Create the temporary file."""
        require_absent(self._target)
        try:
            self._number = _nameless(self._target.parent)
            if self._number < 0:
                self._begin_named()
            if hasattr(os, "fchmod"):
                os.fchmod(self._number, stat.S_IRUSR | stat.S_IWUSR)
        except OSError as error:
            self._discard()
            msg = f"cannot write in {self._target.parent}: {error.strerror}"
            raise EngineError(msg) from None
        return self

    def _begin_named(self) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | _NO_FOLLOW | _BINARY
        for _ in range(_TRIES):
            self._named = named = _unfinished_name(self._target)
            self._number = _take(named, partial(os.open, named, flags, 0o600))
            if self._number >= 0:
                return
        raise OSError(errno.EAGAIN, "what was begun is taken away again and again")

    def write(self, data: bytes) -> None:
        """Append bytes.

        Raises:
            EngineError: The disk is full or failed.
        """
        _write_all(self._number, data)

    def settle(self) -> None:
        """Make the contents durable while the file has no name yet; nothing is to be written after it.

        Raises:
            EngineError: The disk failed.
        """
        try:
            os.fsync(self._number)
            if self._named is not None and os.name == "nt":
                # Windows renames no file that is open; elsewhere the lock is held until it has its name.
                os.close(self._number)
                self._number = -1
        except OSError as error:
            msg = f"writing failed: {error.strerror}"
            raise EngineError(msg) from None

    def commit(self) -> None:
        """Make the file durable and give it its name, unless something took the name meanwhile.

        Raises:
            UnsafePathError: Something is at the target now.
            EngineError: The disk failed.
        """
        if self._number >= 0:
            self.settle()
        try:
            if self._named is None:
                _link_nameless(self._number, self._target)
            else:
                self._publish(self._named)
        except FileExistsError:
            msg = "something of that name appeared meanwhile; nothing was replaced"
            raise UnsafePathError(msg) from None
        except OSError as error:
            msg = f"writing failed: {error.strerror}"
            raise EngineError(msg) from None
        sync_folder(self._target.parent)

    def _publish(self, named: Path) -> None:
        try:
            # A link never replaces what is there, a rename would.
            os.link(named, self._target)
        except FileExistsError:
            raise
        except OSError:
            # No hard links on this file system (FAT, some network shares): take the name first, which fails if it is
            # there, and then replace our own empty file.
            os.close(os.open(self._target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW, 0o600))
            try:
                named.replace(self._target)
            except OSError:
                self._target.unlink()
                raise
        else:
            named.unlink()

    def _discard(self) -> None:
        if self._number >= 0:
            os.close(self._number)
            self._number = -1
        if self._named is not None:
            self._named.unlink(missing_ok=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the temporary file if it was not committed."""
        self._discard()


_OPEN_FILES: Final = Path("/proc/self/fd")


def _nameless(folder: Path) -> int:
    """Create a file that has no name yet; -1 where this system or this file system cannot."""
    if not hasattr(os, "O_TMPFILE") or not _OPEN_FILES.is_dir():
        return -1
    try:
        return os.open(folder, os.O_RDWR | os.O_TMPFILE, 0o600)
    except OSError as error:
        if error.errno in {errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT}:
            return -1
        raise


def _link_nameless(number: int, target: Path) -> None:
    """Give a nameless file its name; what is there is never replaced."""
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # With a folder of its own the call follows the link in /proc to the open file; without one it would link that.
        os.link(_OPEN_FILES / str(number), target.name, dst_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)


def replace_file(target: Path, data: bytes) -> None:
    """Write a small file of the program's own, 0600, so that it is always the old or the new one.

    After a power cut it may be the old one: the folder is not synced, which every commit would wait for.

    Args:
        target: Path; its folder is made with mode 0700 if missing. A link there is replaced, not followed.
        data: New content.

    Raises:
        EngineError: The disk refused; the old file is as it was.
    """
    temporary = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not remove_part(target):
            temporary = _unfinished_name(target)
        number = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW | _BINARY, 0o600)
        if sys.platform != "win32":
            fcntl.flock(number, fcntl.LOCK_EX)
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(number)
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        msg = f"cannot write in {target.parent}: {error.strerror}"
        raise EngineError(msg) from None


def remove_part(target: Path) -> bool:
    """Remove what a killed process left of a file that `replace_file` was to write.

    Args:
        target: The file.

    Returns:
        False if another process is writing it now, or what is there cannot be removed.
    """
    temporary = target.with_name(f".{target.name}.part")
    if not os.path.lexists(temporary):
        return True
    if sys.platform == "win32":
        return False
    try:
        number = os.open(temporary, os.O_RDONLY | _NO_FOLLOW | getattr(os, "O_NONBLOCK", 0))
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            temporary.unlink()
        finally:
            os.close(number)
    except OSError:
        return False
    return True


class NewFolder:
    """A folder of files that appears under its name only when it is whole; used as a context manager.

    Written beside the target under a random name, 0700 and its files 0600 from the first byte, and removed again
    unless `commit` was called. What a killed process left `clear_unfinished` removes.

    Args:
        target: Final path; nothing may be there.

    Raises:
        UnsafePathError: Something is at the target, or its parent folder is missing.
        EngineError: The disk refused.
    """

    def __init__(self, target: Path) -> None:
        """Remember the target; nothing is made yet."""
        self._target = target
        self.path = _unfinished_name(target)
        self._number = -1
        self._lock = -1
        self._folders: set[Path] = set()

    def __enter__(self) -> Self:
        """Create the temporary folder."""
        require_absent(self._target)
        try:
            self._make()
        except OSError as error:
            raise EngineError(f"cannot write in {self._target.parent}: {error.strerror}") from None
        self._folders.add(self.path)
        return self

    def _make(self) -> None:
        for _ in range(_TRIES):
            self.path.mkdir(0o700)
            self.path.chmod(0o700)
            if os.name == "nt":
                return
            try:
                self._lock = _take(self.path, partial(os.open, self.path, os.O_RDONLY | _NO_FOLLOW))
            except FileNotFoundError:
                self._lock = -1
            if self._lock >= 0:
                return
            self.path = _unfinished_name(self._target)
        raise OSError(errno.EAGAIN, "what was begun is taken away again and again")

    def begin(self, *parts: str) -> None:
        """Begin a new file; what `write` gets goes into it.

        Args:
            parts: Names of folders and of the file, each one that `safe_name` returns unchanged.

        Raises:
            ValueError: A part is not a safe name.
            UnsafePathError: The file, or one that the file system takes for the same, was begun before.
            EngineError: The disk failed.
        """
        if not parts or any(safe_name(part, "_") != part for part in parts):
            raise ValueError("not a safe path inside the folder")
        try:
            self._end()
            folder = self.path
            for part in parts[:-1]:
                folder /= part
                if folder not in self._folders:
                    folder.mkdir(0o700)
                    self._folders.add(folder)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW | _BINARY
            self._number = os.open(folder / parts[-1], flags, 0o600)
        except FileExistsError:
            raise UnsafePathError("two files of the folder have one name here") from None
        except OSError as error:
            raise EngineError(f"writing failed: {error.strerror}") from None

    def write(self, data: bytes) -> None:
        """Append bytes to the file begun last.

        Raises:
            EngineError: The disk is full or failed.
        """
        if self._number < 0:
            raise ValueError("no file was begun")
        _write_all(self._number, data)

    def _end(self) -> None:
        if self._number >= 0:
            os.fsync(self._number)
            os.close(self._number)
            self._number = -1

    def settle(self) -> None:
        """Make all files durable while the folder has no name yet.

        Raises:
            EngineError: The disk failed.
        """
        try:
            self._end()
        except OSError as error:
            raise EngineError(f"writing failed: {error.strerror}") from None
        for folder in self._folders:
            sync_folder(folder)

    def commit(self) -> None:
        """Make the folder durable and give it its name, unless something took the name meanwhile.

        Raises:
            UnsafePathError: Something is at the target now.
            EngineError: The disk failed.
        """
        self.settle()
        try:
            if os.name != "nt":
                # A rename replaces an empty folder, and here only the one just made: making it fails if it is there.
                self._target.mkdir(0o700)
            try:
                self.path.rename(self._target)
            except OSError:
                if os.name != "nt":
                    self._target.rmdir()
                raise
        except FileExistsError:
            raise UnsafePathError("something of that name appeared meanwhile; nothing was replaced") from None
        except OSError as error:
            raise EngineError(f"writing failed: {error.strerror}") from None
        self._folders.clear()
        sync_folder(self._target.parent)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the temporary folder if it was not committed."""
        if self._number >= 0:
            os.close(self._number)
        if self._folders:
            shutil.rmtree(self.path, ignore_errors=True)
        if self._lock >= 0:
            os.close(self._lock)
