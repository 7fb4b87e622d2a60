# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What bindings see is what the headers declare, and nothing more."""

import re
import xml.etree.ElementTree as ElementTree

import checks
import pytest

CORE = "{http://www.gtk.org/introspection/core/1.0}"
C = "{http://www.gtk.org/introspection/c/1.0}"
GLIB = "{http://www.gtk.org/introspection/glib/1.0}"

NAMESPACE = {
    "class": {
        "BytesProducer",
        "Connection",
        "CooperativeTask",
        "Cooperator",
        "FileConsumer",
        "InputStreamProducer",
        "OutputStreamConsumer",
        "PullToPush",
    },
    "interface": {"Consumer", "PullProducer", "PushProducer"},
    "enumeration": {"EndResult", "Error", "Settlement", "StepResult", "StreamState"},
    "bitfield": {"PullToPushFlags"},
    "callback": {"ClockFunc", "StepFunc", "UnheardFunc"},
    "constant": {"MAJOR_VERSION", "MINOR_VERSION", "MICRO_VERSION", "VERSION_S", "SLICE_DEFAULT"},
}
VFUNCS = {
    "Consumer": {
        "register_push_producer",
        "unregister_producer",
        "write",
        "finish",
        "abort",
        "get_desired_size",
    },
    "PullProducer": {"produce", "cancel"},
    "PushProducer": {"pause_producing", "resume_producing", "stop_producing", "registered", "unregistered"},
}
# Made by the type macros: not for people.
BORN_BY_MACRO = {"record", "function-macro"}


@pytest.fixture(scope="module")
def namespace(build):
    tree = ElementTree.parse(build / "introspection" / "PullToPush-1.gir")
    return tree.getroot().find(f"{CORE}namespace")


def elements(namespace, *names):
    return [element for name in names for element in namespace.iter(CORE + name)]


def test_identity(namespace):
    assert namespace.get("name") == "PullToPush"
    assert namespace.get("version") == "1"
    assert namespace.get(f"{C}identifier-prefixes") == "Ptp"
    assert namespace.get(f"{C}symbol-prefixes") == "ptp"
    assert namespace.get("shared-library") == "libpulltopush-1.so.0"


@pytest.mark.parametrize("kind", NAMESPACE)
def test_names(namespace, kind):
    assert {element.get("name") for element in namespace.findall(CORE + kind)} == NAMESPACE[kind]


def test_nothing_else_is_there(namespace):
    kinds = {element.tag.replace(CORE, "") for element in namespace}
    assert kinds <= set(NAMESPACE) | BORN_BY_MACRO | {"function"}
    records = {element.get("name") for element in namespace.findall(f"{CORE}record")}
    assert all(re.search(r"(Class|Interface)$", name) for name in records), records


def test_functions_are_what_the_headers_declare(namespace, public_headers):
    callables = elements(namespace, *CALLABLES)
    named = {element.get(f"{C}identifier") for element in callables}
    named |= {element.get(f"{GLIB}get-type") for element in namespace.iter()}
    declared = checks.declared_functions([h.read_text(encoding="utf-8") for h in public_headers])
    assert named - {None, "intern"} == declared


def test_vfuncs(namespace):
    for interface in namespace.findall(f"{CORE}interface"):
        vfuncs = {vfunc.get("name") for vfunc in interface.findall(f"{CORE}virtual-method")}
        assert vfuncs == VFUNCS[interface.get("name")]
        assert interface.find(f"{CORE}property") is None
        required = {required.get("name") for required in interface.findall(f"{CORE}prerequisite")}
        assert required <= {"GObject.Object"}


def test_vfuncs_of_the_interfaces_are_disjoint():
    names = [name for vfuncs in VFUNCS.values() for name in vfuncs]
    assert len(names) == len(set(names))


def test_everything_is_introspectable(namespace):
    hidden = [e.get("name") for e in namespace.iter() if e.get("introspectable") == "0"]
    macros = {e.get("name") for e in namespace.findall(f"{CORE}function-macro")}
    assert [name for name in hidden if name not in macros] == []


CALLABLES = ["constructor", "method", "function"]


def test_async_functions_know_their_finish(namespace):
    complaints = []
    for method in elements(namespace, "method"):
        name = method.get("name")
        if name.endswith("_async") and method.get(f"{GLIB}finish-func") is None:
            finish = name.replace("_async", "_finish")
            siblings = {m.get("name") for m in elements(namespace, "method")}
            if finish not in siblings:
                complaints.append(name)
    assert complaints == []


def test_properties_know_their_accessors(namespace):
    complaints = []
    for element in elements(namespace, "property"):
        if element.get("getter") is None:
            complaints.append(f"{element.get('name')} has no getter")
        is_set_later = element.get("writable") == "1" and element.get("construct-only") != "1"
        if is_set_later and element.get("setter") is None:
            complaints.append(f"{element.get('name')} has no setter")
    assert complaints == []
