"""No test, and so no export in one, can reach the network: not by a name, an address or a library."""

import _socket
import socket
import urllib.request

import pytest


@pytest.mark.parametrize(
    "ask",
    [
        lambda: socket.create_connection(("192.0.2.1", 80), timeout=0.1),
        lambda: socket.getaddrinfo("name.invalid", 80),
        lambda: socket.gethostbyname("localhost"),
        lambda: _socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        lambda: urllib.request.urlopen("http://192.0.2.1/"),
    ],
)
def test_nothing_reaches_the_network(ask):
    with pytest.raises(BaseException, match=r"^socket\.") as caught:
        ask()
    assert caught.type.__name__ == "NetworkUsedError"
