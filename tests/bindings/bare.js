// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Makes an object of every class of a namespace by its bare constructor, and calls all that it has:
// gjs -m bare.js NAMESPACE. The last line that is printed says how far it came.

import Gio from 'gi://Gio?version=2.0';
import GIRepository from 'gi://GIRepository?version=2.0';
import GLib from 'gi://GLib?version=2.0';
import GObject from 'gi://GObject?version=2.0';
import PullToPush from 'gi://PullToPush?version=1';
import System from 'system';

const {InfoType, TypeTag} = GIRepository;
const [namespace] = ARGV;
// Something of it has to be asked for, or else nothing is loaded.
const library = (await import(`gi://${namespace}?version=1`)).default;
const repository = GIRepository.Repository.get_default();

const Source = GObject.registerClass({
    Implements: [PullToPush.PullProducer],
}, class Source extends GObject.Object {});
const Sink = GObject.registerClass({
    Implements: [PullToPush.Consumer],
}, class Sink extends GObject.Object {});
const Pusher = GObject.registerClass({
    Implements: [PullToPush.PushProducer],
}, class Pusher extends GObject.Object {});

const objects = {
    'PullProducer': () => new Source(),
    'Consumer': () => new Sink(),
    'PushProducer': () => new Pusher(),
    'Object': () => new GObject.Object(),
    'Cancellable': () => new Gio.Cancellable(),
    'AsyncResult': self => Gio.Task.new(self, null, null),
    'MainContext': () => null,
    'Bytes': () => new Uint8Array(3),
    'InputStream': () => Gio.MemoryInputStream.new(),
    'OutputStream': () => Gio.MemoryOutputStream.new_resizable(),
    'IOStream': () => Gio.SimpleIOStream.new(Gio.MemoryInputStream.new(), Gio.MemoryOutputStream.new_resizable()),
    'File': () => Gio.File.new_for_path('/nowhere/at/all'),
};

function valueOfInterface(info, self) {
    const name = info.get_name();
    switch (info.get_type()) {
    case InfoType.ENUM:
    case InfoType.FLAGS:
        return 0;
    case InfoType.CALLBACK:
        return () => 0;
    default:
        return name in objects ? objects[name](self) : new (library[name] ?? PullToPush[name])();
    }
}

function valueOf(type, self) {
    switch (GIRepository.type_info_get_tag(type)) {
    case TypeTag.BOOLEAN:
        return false;
    case TypeTag.UTF8:
    case TypeTag.FILENAME:
        return 'text';
    case TypeTag.ERROR:
        return new GLib.Error(PullToPush.Error, PullToPush.Error.STOPPED, 'enough');
    case TypeTag.ARRAY:
        return [];
    case TypeTag.INTERFACE:
        return valueOfInterface(GIRepository.type_info_get_interface(type), self);
    default:
        return 1;
    }
}

// GJS takes neither the user data of a callback nor what frees it.
function argumentsOf(method, self) {
    const infos = [];
    for (let i = 0; i < GIRepository.callable_info_get_n_args(method); i++)
        infos.push(GIRepository.callable_info_get_arg(method, i));
    const hidden = infos.flatMap(info =>
        [GIRepository.arg_info_get_closure(info), GIRepository.arg_info_get_destroy(info)]);
    const isOut = info => GIRepository.arg_info_get_direction(info) === GIRepository.Direction.OUT;
    return infos
        .filter((info, i) => !hidden.includes(i) && !isOut(info))
        .map(info => valueOf(GIRepository.arg_info_get_type(info), self));
}

function methodsOf(info) {
    const methods = [];
    for (let i = 0; i < GIRepository.object_info_get_n_methods(info); i++)
        methods.push(GIRepository.object_info_get_method(info, i));
    for (let i = 0; i < GIRepository.object_info_get_n_interfaces(info); i++) {
        const iface = GIRepository.object_info_get_interface(info, i);
        for (let k = 0; k < GIRepository.interface_info_get_n_methods(iface); k++)
            methods.push(GIRepository.interface_info_get_method(iface, k));
    }
    return methods;
}

function turns() {
    for (let turn = 0; turn < 20; turn++)
        GLib.MainContext.default().iteration(false);
}

// A method that says why it cannot do it is all right.
function call(self, name, values) {
    try {
        self[name](...values);
    } catch (error) {
        print(`  ${error}`);
    }
}

// What ends or replaces the process by design.
const NOT_CALLED = ['Suite.add_to_gtest', 'Suite.run', 'Suite.run_check', 'Suite.run_tap'];

function callAll(className, klass, info) {
    const all = new klass();
    for (const method of methodsOf(info)) {
        const name = method.get_name();
        if (NOT_CALLED.includes(`${className}.${name}`))
            continue;
        const self = new klass();
        const isMethod = typeof self[name] === 'function';
        print(`${className}.${name}`);
        for (const target of isMethod ? [self, all] : [klass])
            call(target, name, argumentsOf(method, self));
        turns();
    }
    turns();
}

function readAll(klass) {
    const self = new klass();
    for (const {name, flags} of klass.list_properties()) {
        print(`property ${name}`);
        if (flags & GObject.ParamFlags.READABLE)
            void self[name.replaceAll('-', '_')];
    }
}

for (let i = 0; i < repository.get_n_infos(namespace); i++) {
    const info = repository.get_info(namespace, i);
    if (info.get_type() !== InfoType.OBJECT || GIRepository.object_info_get_abstract(info))
        continue;
    const klass = library[info.get_name()];
    callAll(info.get_name(), klass, info);
    readAll(klass);
    System.gc();
    turns();
}
print('done');
