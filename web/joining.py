"""Our modules joined folder by folder: one large file compresses better than many small ones."""

import posixpath
import re
from collections.abc import Mapping
from graphlib import TopologicalSorter

LINK = re.compile(r'^(import|export) (?:([^"();*]+) from )?"([^"]+)";\n', re.MULTILINE)
LAZY = re.compile(r'\bimport\("([^"]+)"\)')
DECLARATION = re.compile(r"^export (default )?((?:async )?function|class|const) (\w+)", re.MULTILINE)
UNKNOWN = re.compile(r"^(?:import|export)\b(?!\().*", re.MULTILINE)


def joined(modules: Mapping[str, str]) -> dict[str, str]:
    """One file for each folder of modules, and ``web/main.js`` for those outside of folders.

    ``modules`` and the answer are sources by address: ``web/people/talk.js`` goes into ``web/people.js``.
    There each module is a function, called once, that returns what it exports; the file exports what these
    return. What is imported but not among ``modules`` stays a file of its own.

    :raises ValueError: On a circle of modules or of files, and on an import or export of a form unknown here.
    """
    needs = {
        name: [_absolute(name, link[3]) for link in LINK.finditer(source)]
        for name, source in sorted(modules.items())
    }
    keys = {name: f"${number}" for number, name in enumerate(TopologicalSorter(needs).static_order())}
    contents: dict[str, list[str]] = {}
    for name in keys:
        if name in modules:
            contents.setdefault(_file_of(name), []).append(name)

    files: dict[str, str] = {}
    leads_to: dict[str, set[str]] = {}
    for file, names in contents.items():
        imports = []
        for other in sorted({need for name in names for need in needs[name]} - {*names}):
            what = f"{{ {keys[other]} }}" if other in modules else f"* as {keys[other]}"
            where = _file_of(other) if other in modules else other
            leads_to.setdefault(file, set()).add(where)
            imports.append(f'import {what} from "{_relative(file, where)}";\n')
        bodies = [_as_function(name, modules[name], file, keys) for name in names]
        exports = ", ".join(keys[name] for name in names)
        files[file] = "".join([*imports, *bodies, f"export {{ {exports} }};\n"])
    TopologicalSorter(leads_to).prepare()
    return files


def _as_function(name: str, source: str, file: str, keys: Mapping[str, str]) -> str:
    exported: list[str] = []

    def link(found: re.Match[str]) -> str:
        key = keys[_absolute(name, found[3])]
        fields = _fields(found[2] or "")
        if found[1] == "import":
            return f"const {{ {', '.join(fields)} }} = {key};\n"
        exported.extend(f"{field}: {key}.{field}" for field in fields)
        return ""

    def declare(found: re.Match[str]) -> str:
        exported.append(f"default: {found[3]}" if found[1] else found[3])
        return f"{found[2]} {found[3]}"

    def load(found: re.Match[str]) -> str:
        other = _absolute(name, found[1])
        key = keys[other]
        return f'import("{_relative(file, _file_of(other))}").then(({{ {key} }}) => {key})'

    body = LAZY.sub(load, DECLARATION.sub(declare, LINK.sub(link, source)))
    if unknown := UNKNOWN.search(body):
        raise ValueError(f"{name}: {unknown[0]}")
    return f"const {keys[name]} = (() => {{\n{body}return {{ {', '.join(exported)} }};\n}})();\n"


def _fields(names: str) -> list[str]:
    """``One, { two, three as four }`` as the fields of an object: ``default: One, two, three: four``."""
    alone, _, braced = names.partition("{")
    default = alone.strip(" ,")
    named = [field.strip().replace(" as ", ": ") for field in braced.strip("\n }").split(",")]
    return [*([f"default: {default}"] if default else []), *filter(None, named)]


def _file_of(module: str) -> str:
    _, folder, *inside = module.split("/")
    return f"web/{folder}.js" if inside else "web/main.js"


def _absolute(base: str, address: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), address))


def _relative(base: str, address: str) -> str:
    path = posixpath.relpath(address, posixpath.dirname(base))
    return path if path.startswith("../") else f"./{path}"
