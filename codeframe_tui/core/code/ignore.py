"""What never belongs to a tree of a project, whatever its ignore rules say.

Predicates over relative paths with ``/``; any component decides.
"""

from __future__ import annotations

import re
from fnmatch import translate
from functools import cache

__all__ = [
    "ENVIRONMENT_MARKS",
    "is_cache",
    "is_environment",
    "is_kept_out",
    "is_repository_data",
    "is_secret",
]

_JOURNAL = ".codeframe-tui-journal-"
ENVIRONMENT_MARKS = frozenset({"pyvenv.cfg", "conda-meta"})
"""A folder that holds one of these is an environment, whatever its name."""

_ENVIRONMENTS = frozenset(
    {
        ".conda",
        ".direnv",
        ".nox",
        ".pixi",
        ".tox",
        ".venv",
        ".virtualenv",
        "__pypackages__",
        "bower_components",
        "node_modules",
        "venv",
    }
)
_CACHES = frozenset(
    {
        ".DS_Store",
        ".cache",
        ".coverage",
        ".eggs",
        ".gradle",
        ".hypothesis",
        ".import_linter_cache",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".parcel-cache",
        ".pytest_cache",
        ".pytype",
        ".ruff_cache",
        ".terraform",
        ".turbo",
        "Thumbs.db",
        "__pycache__",
        "htmlcov",
    }
)
_CACHE_SUFFIXES = (".pyc", ".pyo", ".swp")
_SOURCE_SUFFIXES = (
    ".c", ".cc", ".clj", ".cpp", ".cs", ".css", ".dart", ".erl", ".ex", ".exs", ".go", ".h", ".hpp",
    ".hs", ".html", ".java", ".jinja", ".js", ".jsx", ".kt", ".lua", ".ml", ".mjs", ".php", ".pl",
    ".pxd", ".py", ".pyi", ".pyx", ".r", ".rb", ".rs", ".scala", ".scss", ".so", ".sql", ".svelte",
    ".swift", ".ts", ".tsx", ".vue",
)  # fmt: skip
"""Code that is about secrets has none."""
_EXAMPLES = (".example", ".sample", ".template", ".dist", ".tmpl", ".j2")
"""Ends of names of files that show which values there are, and not those."""
_SECRETS = (
    ".env",
    ".env.*",
    ".envrc",
    ".git-credentials",
    ".netrc",
    "_netrc",
    ".npmrc",
    ".pgpass",
    ".pypirc",
    "*.gpg",
    "*.jks",
    "*.kdbx",
    "*.key",
    "*.keystore",
    "*.p12",
    "*.pem",
    "*.pfx",
    "*.ppk",
    "*credentials*",
    "*secret*",
    "id_dsa*",
    "id_ecdsa*",
    "id_ed25519*",
    "id_rsa*",
    "service[-_]account*.json",
    "token.json",
)
_SECRET_FOLDERS = frozenset({".aws", ".azure", ".docker", ".gnupg", ".kube", ".ssh"})


def is_environment(path: str) -> bool:
    """Whether the path is an interpreter's environment or lies in one, by its name."""
    return any(part in _ENVIRONMENTS or part.endswith(".dist-info") for part in path.split("/"))


def is_cache(path: str) -> bool:
    """Whether the path is something a tool makes again by itself."""
    parts = path.split("/")
    return (
        parts[-1].endswith(_CACHE_SUFFIXES)
        or parts[-1].startswith(".coverage.")
        or not _CACHES.isdisjoint(parts)
    )


def is_repository_data(path: str) -> bool:
    """Whether the path is version control's own, or our journal on the project's file system."""
    folded = path.casefold()
    return ".git" in folded.split("/") or folded.startswith(_JOURNAL)


def is_kept_out(path: str) -> bool:
    """Whether an untracked path stays out of every tree."""
    return is_repository_data(path) or is_cache(path) or is_environment(path)


def is_secret(path: str) -> bool:
    """Whether a path looks as if it held a key or password; never source code, nor an example.

    Such a file stays at home: it is in no tree of ours unless it is tracked, and the model is shown
    nothing of it unasked.
    """
    parts = path.casefold().split("/")
    name = parts[-1]
    if name.endswith((*_SOURCE_SUFFIXES, *_EXAMPLES)):
        return False
    return not _SECRET_FOLDERS.isdisjoint(parts[:-1]) or bool(_secret_name().match(name))


@cache
def _secret_name() -> re.Pattern[str]:
    """All in one, since every file is asked about; made late, since few processes ask."""
    return re.compile("|".join(map(translate, _SECRETS)))
