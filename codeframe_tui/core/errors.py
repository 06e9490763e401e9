"""One tree of errors that a person may see.

    CodeframeError ── Refused ── NotFound
                   │          └─ Conflict
                   ├─ WrongUse
                   ├─ Lacking
                   ├─ PathRefused
                   ├─ InvalidAnswer
                   └─ ModelFailed

The message says what is wrong, the hint what to do about it. Causes are chained for the log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = [
    "CodeframeError",
    "Conflict",
    "InvalidAnswer",
    "Lacking",
    "ModelFailed",
    "NotFound",
    "PathRefused",
    "Refused",
    "WrongUse",
    "error_document",
    "error_from_document",
]


class CodeframeError(Exception):
    """Base of every expected failure.

    Attributes:
        code: stable machine-readable word, e.g. ``not_found``.
        hint: what the person can do; empty when there is nothing to add.
        exit_code: the exit code of a verb that ends with it (CONTRACT §2).
    """

    default_code = "failed"
    exit_code = 1

    def __init__(self, message: str, *, hint: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code or self.default_code


class Refused(CodeframeError):
    """The request is understood and declined; nothing changed."""

    default_code = "refused"


class NotFound(Refused):
    """What was named does not exist."""

    default_code = "not_found"


class Conflict(Refused):
    """The real tree differs from the base of the proposal; nothing was written.

    Attributes:
        paths: what differs, as far as it is known.
    """

    default_code = "conflict"

    def __init__(
        self, message: str, *, hint: str = "", code: str = "", paths: Sequence[str] = ()
    ) -> None:
        super().__init__(message, hint=hint, code=code)
        self.paths = tuple(paths)


class WrongUse(CodeframeError):
    """The command line or a message is malformed."""

    default_code = "usage"
    exit_code = 2


class Lacking(CodeframeError):
    """The environment lacks something; the hint says how to get it."""

    default_code = "environment"
    exit_code = 5


class PathRefused(CodeframeError):
    """The path gate declines a path; the message gives the exact reason."""

    default_code = "path_refused"


class InvalidAnswer(CodeframeError):
    """The model's answer breaks the change-set contract; the message goes back to the model."""

    default_code = "invalid_answer"


class ModelFailed(CodeframeError):
    """A model turn did not end with a usable reply.

    Attributes:
        kind: ``no_key``, ``wrong_key``, ``rate_limited``, ``overloaded``, ``truncated``,
            ``dropped``, ``stalled``, ``refused``, ``too_long`` (beyond the model's context
            window), ``bad_request``, ``server`` or ``protocol``.
        retry_after: seconds the server asks to wait, if it said so.
        retryable: whether asking the same again can help.
    """

    default_code = "model"

    def __init__(
        self,
        message: str,
        *,
        kind: str,
        retry_after: float | None = None,
        retryable: bool = False,
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint, code=f"model_{kind}")
        self.kind = kind
        self.retry_after = retry_after
        self.retryable = retryable


_BY_CODE: Mapping[str, type[CodeframeError]] = {
    kind.default_code: kind
    for kind in (Refused, NotFound, Conflict, WrongUse, Lacking, PathRefused, InvalidAnswer)
}


def error_document(error: CodeframeError) -> dict[str, dict[str, str]]:
    """The outward form of an error: ``{"error": {"code", "message", "hint"}}``."""
    return {"error": {"code": error.code, "message": error.message, "hint": error.hint}}


def error_from_document(document: Mapping[str, Mapping[str, str]]) -> CodeframeError:
    """Rebuild an error that crossed a process border.

    ``kind`` (the code its class has by default) tells the class; where it is missing the code
    does, and an unknown code becomes `CodeframeError`.
    """
    inner = document["error"]
    kind = _BY_CODE.get(inner.get("kind", inner["code"]), CodeframeError)
    return kind(inner["message"], hint=inner.get("hint", ""), code=inner["code"])
