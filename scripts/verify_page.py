"""Join the sources of the page that verifies draws into the one file that people keep.

`python scripts/verify_page.py` writes `api_spec/static/verify.html`; a test holds the file to its
sources. Each module of `api_spec/verify_page/` becomes a function called once, whose names stay
inside; what it exports is a constant `module_<name>`. Nothing is renamed, shortened or fetched.
"""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "api_spec" / "verify_page"
PAGE = ROOT / "api_spec" / "static" / "verify.html"

IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./(\w+)\.js";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:const|class|function\*?) (\w+))", re.MULTILINE)


def modules(entry: str, known: tuple[str, ...] = ()) -> list[str]:
    """Return the names of a module and of all it imports, each after those it needs."""
    ordered = list(known)

    def visit(name: str) -> None:
        if name in ordered:
            return
        for _, needed in IMPORT.findall(source(name)):
            visit(needed)
        ordered.append(name)

    visit(entry)
    return ordered[len(known) :]


def source(name: str) -> str:
    """Return a module's text."""
    return (SOURCES / f"{name}.js").read_text(encoding="utf-8")


def closed(name: str) -> str:
    """Return a module as a constant that holds its exports."""
    body = IMPORT.sub(r"const \1 = module_\2;", source(name))
    exported = ", ".join(EXPORT.findall(body))
    body = EXPORT.sub("", body).rstrip()
    left = re.search(r"^(?:import|export)\b", body, re.MULTILINE)
    assert left is None, f"{name}.js: an import or export that is not joined"
    return f"const module_{name} = (() => {{\n{body}\nreturn {{ {exported} }};\n}})();\n"


def joined(names: list[str]) -> str:
    """Return a script of some modules."""
    script = '\n"use strict";\n' + "\n".join(map(closed, names))
    assert "</script" not in script.lower(), "the page would end within its script"
    return script


def policy(style: str, *scripts: str) -> str:
    """Return a policy that lets exactly these texts run, and nothing be fetched or sent."""
    return (
        f"default-src 'none'; script-src {' '.join(map(hash_of, scripts))}; "
        f"style-src {hash_of(style)}; worker-src blob:; base-uri 'none'; form-action 'none'"
    )


def hash_of(text: str) -> str:
    """Return the source expression of an inline text (CSP Level 3)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def page() -> str:
    """Return the whole page."""
    engine = modules("serve")
    scripts = [joined(engine), joined(modules("page", tuple(engine)))]
    style = "\n" + (SOURCES / "page.css").read_text(encoding="utf-8")
    parts = {
        "@POLICY@": policy(style, *scripts), "@STYLE@": style,
        "@ENGINE@": scripts[0], "@PAGE@": scripts[1],
    }  # fmt: skip
    template = (SOURCES / "page.html").read_text(encoding="utf-8")
    return re.sub("|".join(parts), lambda match: parts[match[0]], template)


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
