"""Where the page is: on this computer alone, or in the local network too."""

import socket
from contextlib import ExitStack
from functools import lru_cache

import segno

from jihwa.data.messages import UsageError

THIS_COMPUTER = "127.0.0.1"
QUIET_MODULES = 2
"""Light ones around a QR code, so that a camera finds it."""
_HALVES = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}


def open_sockets(addresses: list[str], port: int) -> list[socket.socket]:
    """Sockets that listen, all on the same port.

    Args:
        addresses: Of this computer.
        port: 0 for any that is free.

    Raises:
        UsageError: Another program has the port, or there is no such address here.
    """
    with ExitStack() as stack:
        sockets: list[socket.socket] = []
        for address in addresses:
            each = stack.enter_context(socket.socket())
            if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows would let two programs have it
                each.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            else:
                each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                each.bind((address, port))
                each.listen(128)
            except (OSError, OverflowError) as error:  # the latter for a port beyond 65535
                raise _refused(address, port, error) from error
            port = each.getsockname()[1]
            sockets.append(each)
        stack.pop_all()
        return sockets


def lan_address() -> str:
    """This computer's address in the local network; nothing is sent to find it.

    Raises:
        UsageError: There is no network.
    """
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))  # an address that nobody has (RFC 5737)
            address = str(probe.getsockname()[0])
    except OSError:
        address = THIS_COMPUTER
    if address.startswith("127."):
        raise UsageError(
            ko="이 컴퓨터가 연결된 망이 없습니다. 와이파이를 켜거나 --lan 주소로 이 컴퓨터의 "
            "주소를 알려 주세요.",
            en="This computer is in no network. Switch its Wi-Fi on, or say with --lan ADDRESS "
            "which address it has.",
        )
    return address


@lru_cache(maxsize=1)
def qr_rows(url: str) -> tuple[str, ...]:
    """A QR code as lines of text, two modules a character; dark is what is drawn."""
    matrix = [*segno.make(url, error="l", micro=False).matrix_iter(border=QUIET_MODULES)]
    if len(matrix) % 2:
        matrix.append([0] * len(matrix))
    pairs = zip(matrix[::2], matrix[1::2], strict=True)
    return tuple("".join(map(_HALVES.__getitem__, zip(*pair, strict=True))) for pair in pairs)


def _refused(address: str, port: int, error: OSError | OverflowError) -> UsageError:
    why = getattr(error, "strerror", None) or str(error)
    return UsageError(
        ko=f"{address}:{port}을(를) 열 수 없습니다 ({why}). 다른 jihwa나 프로그램이 쓰고 있으면 "
        "끝내거나, --port로 다른 번호를 주세요.",
        en=f"Cannot open {address}:{port} ({why}). If another jihwa or program uses it, end that, "
        "or give another number with --port.",
    )
