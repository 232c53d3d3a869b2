"""A loopback port for a server of one's own."""

import errno
import random
import socket

# Below the ports that systems give to outgoing connections (32768 and up on Linux, 49152 and up
# elsewhere): none of those can take the port while a server on a busy machine is still starting.
_FIRST, _LAST = 20_000, 32_000


def free_port() -> int:
    """A port that nothing listens on now."""
    while True:
        port = random.SystemRandom().randint(_FIRST, _LAST)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as taken:
                if taken.errno != errno.EADDRINUSE:
                    raise
                continue
        return port
