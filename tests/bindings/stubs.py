# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares a typing stub with what it describes: the GIR of a namespace, and its overrides."""

import ast
import inspect
from xml.etree import ElementTree

CORE = "{http://www.gtk.org/introspection/core/1.0}"
SIGNAL = "{http://www.gtk.org/introspection/glib/1.0}signal"
# What PyGObject takes from the caller, or brings itself.
BEHIND_THE_SCENES = {"destroy", "user_data"}
# Written for those who check types: PyGObject has them for every object.
# The overrides take None for an answer.
NONE_WILL_DO = {"do_finish", "do_abort"}
OF_EVERY_OBJECT = {"Props", "props", "connect", "__init__"}
OF_EVERY_ENUM = {"value_name", "value_nick", "value_names", "value_nicks"}


def load(gir):
    return ElementTree.parse(gir).getroot().find(f"{CORE}namespace")


def names_of(body):
    """What a body defines, by name; of an overloaded function, all variants."""
    found = {}
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.setdefault(node.name, []).append(node)
        elif isinstance(node, ast.AnnAssign):
            found.setdefault(node.target.id, []).append(node)
        elif isinstance(node, ast.Assign):
            found.setdefault(node.targets[0].id, []).append(node)
    return found


def is_private(name):
    return name.startswith("_") and not name.startswith("__")


def may_be_none(annotation):
    return annotation is not None and "None" in ast.unparse(annotation).split(" | ")


def parameters_of(function):
    """{name: whether it may be None}, without self and what is passed on to a callback."""
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return {a.arg: may_be_none(a.annotation) for a in arguments if a.arg not in ("self", "cls")}


def is_nullable(element):
    return "1" in (element.get("nullable"), element.get("allow-none"))


class Comparison:
    """What is wrong with a stub."""

    def __init__(self, stub, namespace, module=None, overrides=None):
        self.names = names_of(ast.parse(stub).body)
        self.namespace = namespace
        # What a program imports, and what the library adds to what PyGObject makes.
        self.module = module
        self.overrides = overrides
        self.complaints = []

    def complain(self, where, what):
        self.complaints.append(f"{where}: {what}")

    def compare(self):
        added = set(getattr(self.overrides, "__all__", ()))
        known = set(added)
        for top in self.namespace:
            kind = top.tag.removeprefix(CORE)
            # PyGObject has no name for a callback.
            if kind not in ("record", "function-macro", "callback"):
                known.add(top.get("name"))
                self.compare_top(kind, top)
        self.compare_sets("the module", {name for name in self.names if not is_private(name)}, known)
        for name in added:
            live = getattr(self.module, name)
            if inspect.isfunction(live) and name in self.names:
                self.compare_live(name, self.names[name][0], live)
            elif inspect.isclass(live) and not hasattr(live, "__gtype__") and name in self.names:
                self.compare_plain_class(name, live)
        return self.complaints

    def compare_sets(self, where, said, known):
        for name in sorted(known - said):
            self.complain(where, f"{name} is missing")
        for name in sorted(said - known):
            self.complain(where, f"{name} is not there in truth")

    def compare_top(self, kind, top):
        name = top.get("name")
        if name not in self.names:
            return
        node = self.names[name][0]
        if kind in ("enumeration", "bitfield"):
            self.compare_enum(name, node, top)
        elif kind in ("class", "interface"):
            self.compare_class(name, node, top)

    def compare_enum(self, name, node, top):
        values = {m.get("name").upper(): int(m.get("value")) for m in top.findall(f"{CORE}member")}
        said = {n.targets[0].id: n.value.value for n in node.body if isinstance(n, ast.Assign)}
        if said != values:
            self.complain(name, f"the values are {values}")
        functions = {f.get("name") for f in top.findall(f"{CORE}function")}
        self.compare_sets(name, set(names_of(node.body)) - OF_EVERY_ENUM - set(said), functions)

    def compare_class(self, name, node, top):
        said = names_of(node.body)
        live = getattr(self.module, name, None)
        # Also what it has of a class of the overrides that is no object.
        added = {} if live is None else self.added_by(live)
        functions = {f.get("name"): f for kind in ("constructor", "function", "method") for f in top.findall(CORE + kind)}
        functions |= {f"do_{f.get('name')}": f for f in top.findall(f"{CORE}virtual-method")}

        self.compare_sets(name, set(said) - OF_EVERY_OBJECT, (set(functions) | set(added)) - {"__init__"})
        for each in set(said) & (set(functions) | set(added)):
            where = f"{name}.{each}"
            if not self.compare_live(where, said[each][0], added.get(each)) and each in functions:
                self.compare_function(where, said[each][0], functions[each])
        if "__init__" in added:
            self.compare_live(f"{name}.__init__", said["__init__"][0], added["__init__"], exact=False)
        self.compare_properties(name, said, top)
        self.compare_signals(name, said, top)

    def added_by(self, live):
        ours = [cls for cls in live.__mro__ if cls.__module__ == self.overrides.__name__]
        found = {}
        for cls in reversed(ours):
            if cls is live or not hasattr(cls, "__gtype__"):
                found |= {n: v for n, v in vars(cls).items() if not n.startswith("_") or n == "__init__"}
        init = found.pop("__init__", None)
        return found if init is None else found | {"__init__": init}

    def compare_live(self, where, node, live, exact=True):
        """Returns whether there is something written in Python to compare with."""
        if isinstance(live, (staticmethod, classmethod)):
            live = live.__func__
        if isinstance(live, property):
            if not any(ast.unparse(d) == "property" for d in node.decorator_list):
                self.complain(where, "is a property")
            return True
        if not inspect.isfunction(live) or hasattr(live, "__wrapped__"):
            return False
        parameters = [p for p in inspect.signature(live).parameters.values() if p.name not in ("self", "cls")]
        wanted = [p.name for p in parameters if p.kind is not p.VAR_KEYWORD]
        said = list(parameters_of(node))
        if (said != wanted) if exact and len(wanted) == len(parameters) else said[: len(wanted)] != wanted:
            self.complain(where, f"the parameters are {wanted}")
        return True

    def compare_function(self, where, node, function):
        elements = [p for p in function.iter(f"{CORE}parameter") if p.get("name") not in BEHIND_THE_SCENES]
        wanted = {p.get("name"): is_nullable(p) for p in elements}
        said = parameters_of(node)
        if list(said) != list(wanted):
            self.complain(where, f"the parameters are {list(wanted)}")
        elif said != wanted:
            self.complain(where, f"of the parameters, {[n for n, null in wanted.items() if null]} may be None")
        if node.name not in NONE_WILL_DO and may_be_none(node.returns) != is_nullable(function.find(f"{CORE}return-value")):
            result = function.find(f"{CORE}return-value/{CORE}type")
            if result is None or result.get("name") != "none":
                self.complain(where, "whether it returns None")

    def compare_properties(self, name, said, top):
        wanted = {p.get("name").replace("-", "_"): p for p in top.findall(f"{CORE}property")}
        props = names_of(said["Props"][0].body) if "Props" in said else {}
        self.compare_sets(f"{name}.Props", set(props), set(wanted))
        settable = {n for n, p in wanted.items() if p.get("writable") == "1"}
        if settable and "__init__" in said:
            parameters = set(parameters_of(said["__init__"][0]))
            self.compare_sets(f"{name}.__init__", parameters - self.inherited(top), settable)
        elif settable:
            self.complain(name, "__init__ is missing")

    def inherited(self, top):
        """The properties of its parents in the namespace."""
        parent = next((other for other in self.namespace if other.get("name") == top.get("parent")), None)
        if parent is None:
            return set()
        return {p.get("name").replace("-", "_") for p in parent.findall(f"{CORE}property")} | self.inherited(parent)

    def compare_signals(self, name, said, top):
        wanted = {s.get("name") for s in top.findall(SIGNAL)}
        # An interface has no connect() of its own.
        if top.tag == f"{CORE}interface":
            return
        named = {n.value for f in said.get("connect", []) for n in ast.walk(f.args) if isinstance(n, ast.Constant)}
        self.compare_sets(f"{name}.connect", {n for n in named if isinstance(n, str)}, wanted)

    def compare_plain_class(self, name, live):
        said = names_of(self.names[name][0].body)
        wanted = {n for n in vars(live) if not n.startswith("_")}
        self.compare_sets(name, {n for n in said if not n.startswith("_")}, wanted)
        for each in wanted & set(said):
            self.compare_live(f"{name}.{each}", said[each][0], vars(live)[each])
