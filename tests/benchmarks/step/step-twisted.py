#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What one step costs through Twisted's own adapter, on the reactor's cooperator."""

import peer

try:
    import twisted
    from twisted.internet import interfaces, reactor
    from twisted.internet._producer_helpers import _PullToPush
    from zope.interface import implementer
except ImportError:
    peer.missing("Twisted")


@implementer(interfaces.IPullProducer)
class Producer:
    def __init__(self, consumer, clock):
        self.consumer = consumer
        self.clock = clock

    def resumeProducing(self):
        clock = self.clock
        self.consumer.write(peer.CHUNK)
        clock.left -= 1
        if clock.left == 0 and clock.passed():
            self.consumer.unregisterProducer()
            reactor.stop()

    def stopProducing(self):
        pass


@implementer(interfaces.IConsumer)
class Consumer:
    """Wraps a pull producer as Twisted's own consumers do."""

    def __init__(self):
        self.bytes = 0
        self.adapter = None

    def registerProducer(self, producer, streaming):
        self.adapter = _PullToPush(producer, self)
        self.adapter.startStreaming()

    def unregisterProducer(self):
        self.adapter.stopStreaming()

    def write(self, data):
        self.bytes += len(data)


def measure(clock):
    consumer = Consumer()
    consumer.registerProducer(Producer(consumer, clock), False)
    reactor.run()
    return consumer.bytes


if __name__ == "__main__":
    peer.main(__doc__, 500000, {"twisted": measure}, Twisted=twisted.__version__)
