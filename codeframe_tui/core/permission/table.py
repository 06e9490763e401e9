"""The rules that hold without anybody setting one: one table."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from codeframe_tui.core.permission.patterns import Pattern, pattern

__all__ = [
    "ASKED",
    "CHECKERS",
    "DEEP",
    "DENIED",
    "IDLE",
    "MANY",
    "READERS",
    "STARTERS",
    "Own",
    "rows_about",
]


@dataclass(frozen=True, slots=True)
class Own:
    """A rule of ours.

    Attributes:
        about: which commands.
        why: what they do, after the word "it".
    """

    about: Pattern
    why: str


def _rows(why: str, *patterns: str) -> list[Own]:
    return [Own(pattern(text), why) for text in patterns]


DENIED: tuple[Own, ...] = (
    *_rows(
        "publishes what nobody has approved", "git push", "git-push",
        "git send-pack", "git subtree push", "twine upload", "uv publish", "poetry publish",
        "pdm publish", "hatch publish", "flit publish", "npm pub*", "pnpm publish",
        "yarn publish", "yarn npm publish", "cargo publish", "cargo +* publish", "gem push",
        *(
            f"{program} {option} * publish"
            for program in ("npm", "pnpm", "yarn", "uv", "poetry", "pdm", "hatch", "cargo")
            for option in ("-C", "-F", "-w", "-p", "--filter", "--workspace", "--prefix", "--dir*",
                           "--cwd", "--project", "--config", "--registry", "--tag", "--access",
                           "--otp", "--cache-dir", "--color", "-P", "-Z")
        ),
    ),
    *_rows("takes rights that nobody gave", "sudo", "su", "doas", "pkexec", "runuser"),
    *_rows("stops the machine", "shutdown", "reboot", "halt", "poweroff", "telinit", "init"),
    *_rows(
        "changes disks, or what the kernel runs",
        "mkfs*", "fdisk", "parted", "wipefs", "mount", "umount", "insmod", "modprobe",
        "dd ** of=/dev/*",
    ),
    *_rows(
        "is about the whole machine or all that is yours",
        *(
            f"{program} ** {place}"
            for program in ("rm", "chmod", "chown")
            for place in ("/", "/.", "//", "~", "~/", "~/.")
        ),
        "kill ** -1 $",
    ),
)  # fmt: skip
"""Never asked about."""

ASKED: tuple[Own, ...] = (
    *_rows(
        "reaches out of this machine",
        "curl", "wget", "ssh", "scp", "sftp", "rsync", "ftp", "telnet", "nc", "ncat", "socat",
        "git fetch", "git pull", "git clone", "git ls-remote", "git submodule", "git remote",
        "pip install", "pip3 install", "pip download", "pip3 download", "pipx", "uv add", "uv sync",
        "uv pip", "uv lock", "uv tool", "uvx", "npx", "pnpx", "bun", "bunx",
        "poetry add", "poetry install", "poetry update", "npm",
        "yarn", "pnpm", "cargo install", "go get", "go install", "gem", "brew",
        "apt", "apt-get", "dnf", "yum", "pacman", "apk", "snap", "docker", "podman", "kubectl",
        "gh", "glab", "aws", "gcloud", "az", "terraform", "ansible*",
    ),
    *_rows(
        "changes the history or the settings of a repository",
        "git commit", "git merge", "git rebase", "git reset", "git revert", "git cherry-pick",
        "git am", "git tag", "git branch", "git update-ref", "git symbolic-ref", "git stash",
        "git gc", "git prune", "git reflog", "git filter-*", "git replace", "git notes",
        "git config", "git worktree", "git checkout", "git switch", "git restore", "git clean",
        "git bisect", "git init", "git hook", "git maintenance",
    ),
    *_rows(
        "may start other programs, or write where nobody looks",
        "find ** -delete", "find ** -fprint*", "find ** -fls", "find ** -exec*", "find ** -ok*",
        "sort ** --compress-program*", "sort ** -*o*", "sort ** --output*",
        "tar ** --to*", "tar ** --ch*", "tar ** --use*", "tar ** -*I*", "tar *I*", "tar ** --rs*",
        "tar ** --rm*", "tar ** --in*", "tar ** --new-*", "tar ** -F*",
        "rg ** --pre*", "rg ** --hostname-bin*", "git ** --upl*", "git ** --ext-d*",
        "git ** --outp*", "git ** --exe*", "git ** -x*", "git grep ** --op*", "git grep ** -*O*",
        "git difftool",
        "git mergetool", "man ** -*P*", "man ** --pa*", "man ** -*H*", "man ** --h*", "man ** -*C*",
        "man ** --co*", "systemctl", "service", "launchctl",
    ),
)  # fmt: skip
"""Asked about where no sandbox holds, also where a rule lets more than this run."""

IDLE = frozenset(
    {"true", "false", ":", "test", "[", "[[", "echo", "printf", "pwd", "exit", "sleep"}
)
"""What by itself does nothing outside of the shell."""

READERS = frozenset(
    {
        "ls", "cat", "head", "tail", "wc", "grep", "egrep", "fgrep", "rg", "stat",
        "diff", "cmp", "nl", "du", "df", "which", "basename", "dirname", "realpath",
        "cut", "tr", "jq", "md5sum", "sha256sum",
    }
)  # fmt: skip
CHECKERS = frozenset(
    {
        "pytest", "ruff", "mypy", "black", "flake8", "isort", "pyright", "pylint", "bandit",
        "coverage", "vulture", "lint-imports", "deptry",
    }
)  # fmt: skip
"""Who lets one of these run lets it run with any words."""

MANY = frozenset(
    {
        "git", "pip", "pip3", "uv", "poetry", "pdm", "hatch", "npm", "yarn", "pnpm", "cargo",
        "go", "docker", "podman", "kubectl", "gh", "make", "just", "tox", "nox", "dotnet", "mvn",
        "gradle", "bundle", "rake", "terraform", "apt", "apt-get", "brew",
    }
)  # fmt: skip
"""Programs whose second word says what they do."""
DEEP = frozenset(
    {
        "npm run", "pnpm run", "yarn run", "bundle config", "dotnet tool", "dotnet nuget",
        "docker compose", "docker container", "docker image", "docker network", "docker volume",
        "docker system", "docker buildx", "docker context", "podman compose", "podman container",
        "podman image", "podman network", "podman volume", "podman system", "kubectl config",
        "kubectl rollout", "gh pr", "gh issue", "gh repo", "gh release", "gh run", "gh workflow",
        "gh auth", "gh secret", "gh gist", "git stash", "git remote", "git worktree",
        "git submodule", "git bisect", "git notes", "git reflog", "git subtree", "uv pip",
        "uv tool", "uv python", "uv cache", "poetry env", "poetry config", "poetry self",
        "poetry cache", "pdm config", "hatch env", "pip config", "pip cache", "pip3 config",
        "pip3 cache", "npm config", "go mod", "terraform state", "terraform workspace",
        "brew services",
    }
)  # fmt: skip
"""Those of which only the third word says it."""
STARTERS = frozenset(
    {
        "git config", "uv run", "poetry run", "pdm run", "hatch run", "npm exec", "pnpm exec",
        "pnpm dlx", "yarn exec", "yarn dlx", "bundle exec", "docker run", "docker exec",
        "podman run", "podman exec", "kubectl exec", "kubectl run", "cargo run", "go run",
        "go tool", "go generate", "gh api", "gh alias", "gh extension",
    }
)  # fmt: skip
"""Those that start what the rest of their words names."""


@cache
def _by_name(table: tuple[Own, ...]) -> dict[str, list[Own]]:
    rows: dict[str, list[Own]] = {}
    for own in table:
        name = own.about.text.split()[0]
        rows.setdefault("" if "*" in name else name, []).append(own)
    return rows


def rows_about(table: tuple[Own, ...], names: Collection[str]) -> list[Own]:
    """The rows of a table that may be about programs of these names."""
    rows = _by_name(table)
    return [own for name in ("", *names) for own in rows.get(name, ())]
