# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""All that is public is documented to the standard, in both namespaces, and each check can fail."""

import copy

import pytest
import reference
from reference import C, CORE, GLIB

# In the first, each function says where it may be called; in the second, its type does.
NAMESPACES = {"PullToPush": True, "PullToPushTesting": False}


@pytest.fixture(scope="module", params=NAMESPACES)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def namespaces(build):
    return {name: reference.load(build / "introspection" / f"{name}-1.gir") for name in NAMESPACES}


@pytest.fixture
def mutant(namespaces):
    """The first of them, to be spoiled."""
    return copy.deepcopy(namespaces["PullToPush"])


def test_the_reference_says_all(namespaces, name):
    assert reference.complaints_of(namespaces[name], NAMESPACES[name]) == []


def test_it_is_about_something(namespaces):
    counts = {name: sum(1 for _ in ns.iter(f"{CORE}parameter")) for name, ns in namespaces.items()}
    assert counts["PullToPush"] > 50
    assert counts["PullToPushTesting"] > 30


def by_identifier(namespace, identifier):
    return next(e for e in namespace.iter() if e.get(f"{C}identifier") == identifier)


def by_name(namespace, tag, wanted):
    return next(e for e in namespace.iter(tag) if e.get("name") == wanted)


def no_doc(element):
    element.remove(element.find(f"{CORE}doc"))


def says(element, text):
    element.find(f"{CORE}doc").text = text


def without(attribute):
    def spoil(element):
        del element.attrib[attribute]

    return spoil


def saying(text):
    return lambda element: says(element, text)


def first_parameter(function):
    return function.find(f"{CORE}parameters/{CORE}parameter")


HOLD = "ptp_pull_to_push_hold"
WRITE = "ptp_consumer_write"
SET_SLICE = "ptp_cooperator_set_slice"
GET_SLICE = "ptp_cooperator_get_slice"
RETURNS = f"{CORE}return-value"

# What is spoiled, how, and what is then said.
FAULTS = {
    "a class": (lambda ns: by_name(ns, f"{CORE}class", "Cooperator"), no_doc, "Cooperator has no documentation"),
    "an interface, since": (
        lambda ns: by_name(ns, f"{CORE}interface", "Consumer"),
        without("version"),
        "Consumer does not say since when",
    ),
    "a class, threads": (
        lambda ns: by_name(ns, f"{CORE}class", "Cooperator"),
        saying("Shares a context."),
        "Cooperator has no section about threads",
    ),
    "a member": (
        lambda ns: by_name(ns, f"{CORE}enumeration", "StepResult").find(f"{CORE}member"),
        no_doc,
        "has no documentation",
    ),
    "a constant": (lambda ns: by_name(ns, f"{CORE}constant", "SLICE_DEFAULT"), no_doc, "SLICE_DEFAULT has no"),
    "a callback": (lambda ns: by_name(ns, f"{CORE}callback", "StepFunc"), no_doc, "StepFunc has no documentation"),
    "a signal": (lambda ns: by_name(ns, f"{GLIB}signal", "finished"), no_doc, "signal finished has no documentation"),
    "a parameter of a signal": (
        lambda ns: first_parameter(by_name(ns, f"{GLIB}signal", "failed")),
        no_doc,
        "parameter error has no documentation",
    ),
    "a property": (lambda ns: by_name(ns, f"{CORE}property", "slice"), no_doc, "property slice has no documentation"),
    "a property, unit": (
        lambda ns: by_name(ns, f"{CORE}property", "slice"),
        saying("How long it lasts."),
        "property slice has no unit",
    ),
    "a method": (lambda ns: by_identifier(ns, HOLD), no_doc, f"{HOLD} has no documentation"),
    "a method, since": (lambda ns: by_identifier(ns, HOLD), without("version"), f"{HOLD} does not say since when"),
    "a method, context": (
        lambda ns: by_identifier(ns, HOLD),
        saying("Keeps the stream paused."),
        f"{HOLD} does not say where it may be called",
    ),
    "a method, errors": (
        lambda ns: by_identifier(ns, WRITE),
        saying("Gives the consumer one chunk. Call it on the context."),
        f"{WRITE} does not say with what it fails",
    ),
    "a virtual function": (
        lambda ns: by_name(ns, f"{CORE}virtual-method", "produce"),
        no_doc,
        "virtual-method produce has no documentation",
    ),
    "a parameter": (lambda ns: first_parameter(by_identifier(ns, HOLD)), no_doc, "parameter name has no documentation"),
    "a parameter, unit": (
        lambda ns: first_parameter(by_identifier(ns, SET_SLICE)),
        saying("the slice"),
        "parameter slice has no unit",
    ),
    "a result": (
        lambda ns: by_identifier(ns, GET_SLICE).find(RETURNS),
        no_doc,
        "what it returns has no documentation",
    ),
    "a result, unit": (
        lambda ns: by_identifier(ns, GET_SLICE).find(RETURNS),
        saying("the slice"),
        "what it returns has no unit",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(mutant, fault):
    find, spoil, complaint = FAULTS[fault]
    spoil(find(mutant))
    complaints = reference.complaints_of(mutant)
    assert [said for said in complaints if complaint in said] != [], complaints


def test_what_the_type_says_is_enough_if_asked(mutant):
    says(by_identifier(mutant, HOLD), "Keeps the stream paused.")
    assert reference.complaints_of(mutant, everywhere=False) == []
