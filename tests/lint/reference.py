# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whether the reference says what CONTRIBUTING asks for: complaints about a namespace of a GIR."""

import re
from xml.etree import ElementTree

CORE = "{http://www.gtk.org/introspection/core/1.0}"
C = "{http://www.gtk.org/introspection/c/1.0}"
GLIB = "{http://www.gtk.org/introspection/glib/1.0}"

TYPES = ["class", "interface", "enumeration", "bitfield", "record", "union", "alias", "constant", "callback"]
CALLABLES = ["constructor", "method", "function", "virtual-method", "callback"]
# What is made by type macros, and what an error domain is made of: not for people.
UNSPOKEN = re.compile(r".*(Class|Interface)|error_quark|quark")

# How the reference says where something may be called.
CONTEXT = re.compile(r"\b(any thread|on the (thread-default )?context|thread-default context|on the context)\b")
SECTION = re.compile(r"^## (Threads|Contexts)$", re.MULTILINE)
ERRORS = re.compile(r"%?(PTP_ERROR|G_IO_ERROR|G_[A-Z_]+_ERROR)|\bError\b|[Ff]ails (with|as)|own error")
# Names of whole numbers that are a quantity of something, and what it may be of.
QUANTITY = re.compile(r"size|bytes|mark|limit|slice|time|patience|linger|longest|usec|duration|total|now|written|queued")
UNIT = re.compile(r"\bbytes?\b|\b(micro|milli)?seconds?\b|\bsteps?\b|\btimes\b|\bMiB\b|\bKiB\b|\bµs\b")
NUMBERS = re.compile(r"g?u?int(8|16|32|64)?|gu?long|gs?size|gssize|gsize")


def load(path):
    return ElementTree.parse(path).getroot().find(f"{CORE}namespace")


def kind_of(element):
    return re.sub(r"^{.*}", "", element.tag)


def name_of(element):
    return element.get(f"{C}identifier") or element.get("name") or kind_of(element)


def doc_of(element):
    doc = None if element is None else element.find(f"{CORE}doc")
    return "" if doc is None else (doc.text or "").strip()


def type_of(element):
    found = element.find(f"{CORE}type")
    return "" if found is None else found.get("name") or ""


def is_spoken_of(element):
    return not UNSPOKEN.fullmatch(element.get("name") or "")


def is_quantity(element, name):
    return NUMBERS.fullmatch(type_of(element)) and QUANTITY.search(name)


def check_words(element, where, complaints):
    """Documentation, and since when."""
    if not doc_of(element):
        complaints.append(f"{where} has no documentation")
    elif kind_of(element) != "member" and element.get("version") is None:
        complaints.append(f"{where} does not say since when")


def check_signature(function, where, complaints):
    for parameter in function.iter(f"{CORE}parameter"):
        name = parameter.get("name")
        if not doc_of(parameter):
            complaints.append(f"{where}: parameter {name} has no documentation")
        elif is_quantity(parameter, name) and not UNIT.search(doc_of(parameter)):
            complaints.append(f"{where}: parameter {name} has no unit")

    result = function.find(f"{CORE}return-value")
    if result is None or type_of(result) == "none":
        return
    if not doc_of(result):
        complaints.append(f"{where}: what it returns has no documentation")
    elif is_quantity(result, name_of(function)) and not UNIT.search(f"{doc_of(result)} {doc_of(function)}"):
        complaints.append(f"{where}: what it returns has no unit")


def check_errors(function, where, complaints):
    said = f"{doc_of(function)} {doc_of(function.find(f'{CORE}return-value'))}"
    if function.get("throws") == "1" and not ERRORS.search(said):
        complaints.append(f"{where} does not say with what it fails")


def check_callable(function, where, owner, everywhere, complaints):
    check_words(function, where, complaints)
    check_signature(function, where, complaints)
    if kind_of(function) != "callback" or function.get("throws") != "1":
        check_errors(function, where, complaints)
    said = CONTEXT.search(" ".join(doc_of(function).split()))
    if not said and (everywhere or not SECTION.search(doc_of(owner))):
        complaints.append(f"{where} does not say where it may be called")


def check_property(element, where, complaints):
    check_words(element, where, complaints)
    if is_quantity(element, element.get("name")) and not UNIT.search(doc_of(element)):
        complaints.append(f"{where} has no unit")


def check_member(member, top, everywhere, complaints):
    where = f"{name_of(top)}: {kind_of(member)} {name_of(member)}"
    if kind_of(member) in CALLABLES:
        check_callable(member, where, top, everywhere, complaints)
    elif kind_of(member) == "property":
        check_property(member, where, complaints)
    elif kind_of(member) == "signal":
        check_words(member, where, complaints)
        check_signature(member, where, complaints)
    elif kind_of(member) == "member":
        check_words(member, where, complaints)


def complaints_of(namespace, everywhere=True):
    """What is missing; EVERYWHERE is whether each function has to say where it may be called.

    Without that it is enough if its type does, in a section of its own.
    """
    complaints = []
    for top in namespace:
        if kind_of(top) not in TYPES + ["function"] or not is_spoken_of(top):
            continue
        if kind_of(top) in CALLABLES:
            check_callable(top, name_of(top), None, everywhere and kind_of(top) != "callback", complaints)
            continue
        check_words(top, name_of(top), complaints)
        if kind_of(top) in ("class", "interface") and not SECTION.search(doc_of(top)):
            complaints.append(f"{name_of(top)} has no section about threads")
        for member in top:
            if is_spoken_of(member):
                check_member(member, top, everywhere, complaints)
    return complaints
