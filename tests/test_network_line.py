"""A glove on another computer: peers that vanish or fall silent, and ports served by RFC 2217."""

import contextlib
import socket
import threading
import time
from contextlib import contextmanager

import pytest
import serial
from serial import rfc2217
from wires import QUICK, following, sample

from jihwa.io.sources.source import Link


@contextmanager
def serving(port=0):
    with socket.create_server(("127.0.0.1", port)) as server:
        server.settimeout(5)
        yield server


def url_of(server, scheme="socket"):
    return f"{scheme}://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def called(server, log):
    """A peer that the source has called, and that says something."""
    peer, _ = server.accept()
    with peer:
        log.until(Link.OPENING)  # what comes earlier is thrown away
        peer.sendall(sample(40))
        log.until(Link.LIVE)
        yield peer


def test_socket_peer_that_is_lost_is_found_again():
    with serving() as server:
        port = server.getsockname()[1]
        with following(url_of(server)) as (_, log):
            with called(server, log) as peer:
                assert peer.recv(100) == b"header\n"
                server.close()
            log.until(Link.LOST)
            time.sleep(0.3 + 2 * QUICK.longest_retry_s)
            assert "Start the program" in log.connections[-1].reason.en
            with serving(port) as again, called(again, log):
                log.until_data(2 * sample(40))


def test_socket_peer_that_falls_silent_is_called_again():
    with serving() as server, following(url_of(server)) as (_, log), called(server, log):
        assert "nothing comes" in log.until(Link.LOST).reason.en
        with called(server, log):
            log.until_data(2 * sample(40))


class RemotePort(threading.Thread):
    """A port on another computer, served over the network; what is sent to it comes back."""

    def __init__(self):
        super().__init__()
        self.device = serial.serial_for_url("loop://", timeout=0.01)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.write = None

    def run(self):
        peer, _ = self.server.accept()
        self.write = peer.sendall
        with self.server, peer:
            manager = rfc2217.PortManager(self.device, self)
            peer.settimeout(0.01)
            while True:
                with contextlib.suppress(TimeoutError):
                    data = peer.recv(1024)
                    if not data:
                        return
                    self.device.write(b"".join(manager.filter(data)))
                peer.sendall(b"".join(manager.escape(self.device.read(1024))))


@pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")  # in pyserial itself
def test_port_of_another_computer_is_followed_both_ways():
    remote = RemotePort()
    remote.start()
    with following(url_of(remote.server, "rfc2217")) as (_, log):
        log.until(Link.OPENING)
        remote.device.write(sample(40))
        log.until_data(sample(40) + b"header\n")
    remote.join()
