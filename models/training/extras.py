"""Libraries that only training needs, and what to say where they are missing."""

from collections.abc import Iterator
from contextlib import contextmanager

from jihwa.data.messages import UsageError


@contextmanager
def trains(network: str) -> Iterator[None]:
    """Import what trains a network.

    Raises:
        UsageError: A library is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise UsageError(
            ko=f"신경망 {network}을(를) 학습하려면 {error.name}이(가) 필요합니다. "
            "설치: pip install 'jihwa[train]'",
            en=f"Training the network {network} needs {error.name}. Install it with: "
            "pip install 'jihwa[train]'",
        ) from error
