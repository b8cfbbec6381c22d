# Declarations of operands and results stand where Python has types; pyright takes them for Any.
from collections.abc import Sequence
from typing import Any, ClassVar

class Operation:
    OPERATION_NAME: ClassVar[str]
    operation: Any
    def __init_subclass__(cls, *, name: str | None = ..., traits: Sequence[Any] | None = ...) -> None: ...
    def __getattr__(self, name: str) -> Any: ...

class Dialect:
    Operation: ClassVar[type[Operation]]
    operations: ClassVar[list[type[Operation]]]
    def __init_subclass__(cls, *, name: str) -> None: ...
    @classmethod
    def load(cls, *, register: bool = ..., reload: bool = ...) -> None: ...

def __getattr__(name: str) -> Any: ...
