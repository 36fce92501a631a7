"""A page of a bundle that could run or fetch something is refused, whoever signed it. All values are invented."""

import pytest

from tests.unit.render.invented import FAMILY, claim, disclose, person
from vault import handoff
from vault.errors import SignatureError
from vault.handoff import archive, bag
from vault.handoff.inert import Inert
from vault.render import LANGUAGES, render
from vault.sealing import Signer

HOSTILE_TEXTS = (
    "<script>ran()</script>",
    "a > b & c < d",
    "]]><!-- -->",
    "<a href='https://example.invalid'>",
    "\x00\x1b",
)
GENUINE = render(disclose(*FAMILY))["index.html"]


def holds(data: bytes, step: int = 4096) -> bool:
    page = Inert()
    for at in range(0, len(data), step):
        page.feed(data[at : at + step])
    return page.holds()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_page_that_the_program_writes_is_of_that_form(language):
    told = person(*(claim("health", text) for text in HOSTILE_TEXTS), claim("health", "x" * 9_000))
    data = render(disclose(*FAMILY, told), language=language)["index.html"]
    assert holds(data)
    for step in (1, 7, 1 << 20):
        assert holds(data, step)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<!DOCTYPE html>", b"<!doctype html><script>ran()</script>"),
        (b"<!DOCTYPE html>", b"\xef\xbb\xbf<!DOCTYPE html>"),
        (b"default-src 'none'; style", b"default-src *; style"),
        (b"form-action 'none'\">", b"form-action 'none'; script-src *\">"),
        (b"<style>", b"<style></style><script>ran()</script><style>"),
        (b"</head>", b'<base href="https://example.invalid/"></head>'),
        (b"</head>", b'<meta http-equiv="refresh" content="0;url=https://example.invalid/"></head>'),
        (b"<main id", b"<script>ran()</script><main id"),
        (b"<main id", b"<SCRIPT>ran()</SCRIPT><main id"),
        (b"<main id", b'<meta http-equiv="refresh" content="0;url=https://example.invalid/"><main id'),
        (b"<main id", b'<img src="https://example.invalid/x"><main id'),
        (b"<main id", b'<p onclick="ran()">x</p><main id'),
        (b"<main id", b'<p style="color:red">x</p><main id'),
        (b"<main id", b'<a href="https://example.invalid/">x</a><main id'),
        (b"<main id", b'<a href="javascript:ran()">x</a><main id'),
        (b"<main id", b'<a href="data/files/../../x">x</a><main id'),
        (b"<main id", b'<a href="#k-case" target="x">x</a><main id'),
        (b"<main id", b"<!-- x --><main id"),
        (b"<main id", b"<svg><main id"),
        (b"<main id", b"<p\n>x</p><main id"),
        (b"<main id", b"<" + b"p" * 5_000 + b"><main id"),
        (b"</html>\n", b"</html>\n<script src=x>"),
        (b"</html>\n", b"</html>\n<script src=x "),
    ],
)  # fmt: skip
def test_a_page_of_another_form_is_not(old, new):
    changed = GENUINE.replace(old, new, 1)
    assert changed != GENUINE
    for step in (1, 4096, 1 << 20):
        assert not holds(changed, step)


def test_nothing_and_half_a_page_are_not():
    assert not holds(b"")
    assert not holds(GENUINE[:500])
    assert not holds(b"x" * 100_000)


@pytest.mark.parametrize("name", ["index.html", "data/form.html"])
def test_a_bundle_with_such_a_page_is_not_unpacked(tmp_path, name):
    label = bag.Label(bytes(16), "legal", "lawyer", bytes(32), (bag.UNSEALED,))
    signer = Signer(bytes(32))
    for page, good in ((GENUINE, True), (b"<!doctype html><script>ran()</script>", False)):
        made = bag.build({"index.html": bag.Member.of(GENUINE), name: bag.Member.of(page)}, label, signer, {})
        path = tmp_path / f"{good}.zip"
        path.write_bytes(b"".join(archive.write(bag.entries(made), lambda one, made=made: made[one].read())))
        if good:
            assert handoff.verify(path).signer.public_key == signer.public_key
            continue
        with pytest.raises(SignatureError) as error:
            handoff.unpack(path, tmp_path / "out")
        assert [fault.path for fault in error.value.faults] == [name]
        assert not (tmp_path / "out").exists()
