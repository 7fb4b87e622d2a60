# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What language bindings see, one line each: names, signatures, types, values, who owns what."""

import re
import xml.etree.ElementTree as ElementTree

CORE = "{http://www.gtk.org/introspection/core/1.0}"
C = "{http://www.gtk.org/introspection/c/1.0}"
GLIB = "{http://www.gtk.org/introspection/glib/1.0}"

CALLABLES = {
    "constructor": "constructor",
    "function": "function",
    "method": "method",
    "virtual-method": "vfunc",
    "callback": "callback",
}
CONTAINERS = {"class", "interface", "record", "enumeration", "bitfield", "union"}
IDENTIFIER = re.compile(r" = (\w+)$")
# Constants that are meant to change.
VERSIONS = {"MAJOR_VERSION", "MINOR_VERSION", "MICRO_VERSION", "VERSION_S"}


def type_of(element):
    array = element.find(f"{CORE}array")
    if array is not None:
        return f"{type_of(array)}[]"
    found = element.find(f"{CORE}type")
    if found is None:
        return "..."
    inner = [type_of_inner(child) for child in found]
    return found.get("name", "?") + (f"<{', '.join(inner)}>" if inner else "")


def type_of_inner(element):
    return element.get("name", "?") if element.tag == f"{CORE}type" else type_of(element)


def marks(element):
    """What a caller has to know of a value beside its type."""
    words = []
    if element.get("direction", "in") != "in":
        words.append(element.get("direction"))
    if element.get("nullable") == "1":
        words.append("nullable")
    if element.get("transfer-ownership", "none") != "none":
        words.append("owned" if element.get("transfer-ownership") == "full" else "container")
    if element.get("scope"):
        words.append(element.get("scope"))
    return f" ({', '.join(words)})" if words else ""


def signature(element):
    parameters = [
        f"{parameter.get('name')}: {type_of(parameter)}{marks(parameter)}"
        for parameter in element.iter(f"{CORE}parameter")
    ]
    result = element.find(f"{CORE}return-value")
    text = f"({', '.join(parameters)}) -> {type_of(result)}{marks(result)}"
    return text + (" throws" if element.get("throws") == "1" else "")


def property_line(name, element):
    readable = "r" if element.get("readable", "1") == "1" else ""
    writable = "w" if element.get("writable") == "1" else ""
    construct = " construct-only" if element.get("construct-only") == "1" else ""
    return f"property {name}: {type_of(element)}{marks(element)} {readable}{writable}{construct}"


def lines_of(element, prefix):
    kind = element.tag.replace(CORE, "").replace(GLIB, "")
    name = f"{prefix}{element.get('name')}"
    identifier = element.get(f"{C}identifier") or element.get(f"{GLIB}get-type")
    suffix = f" = {identifier}" if identifier and identifier != "intern" else ""
    if kind in CALLABLES:
        yield f"{CALLABLES[kind]} {name} {signature(element)}{suffix}"
    elif kind == "signal":
        yield f"signal {name} {signature(element)}"
    elif kind == "property":
        yield property_line(name, element)
    elif kind == "member":
        yield f"value {name} {element.get('value')}"
    elif kind == "constant":
        value = "" if element.get("name") in VERSIONS else f" {element.get('value')}"
        yield f"constant {name}: {type_of(element)}{value}"
    elif kind == "implements":
        yield f"implements {name}"
    elif kind in CONTAINERS:
        parent = f": {element.get('parent')}" if element.get("parent") else ""
        yield f"{kind} {name}{parent}{suffix}"
        # The slots of a class or an interface are its virtual functions.
        is_table = element.get(f"{GLIB}is-gtype-struct-for") is not None
        for child in element if not is_table else []:
            yield from lines_of(child, f"{name}.")


def read(gir):
    namespace = ElementTree.parse(gir).getroot().find(f"{CORE}namespace")
    return sorted({line for element in namespace for line in lines_of(element, "")})


def identifiers(line):
    """The C names in a line of either kind of list."""
    if " " not in line:
        return [line]
    found = IDENTIFIER.search(line)
    return [found.group(1)] if found else []
