/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Makes up that many MiB and serves them to one client. However slowly that reads, no more is
 * queued than the consumer's marks allow: what is not wanted yet is not made.
 */

const size_t CHUNK_SIZE = 64 * 1024;
const size_t MEBIBYTE = 1024 * 1024;

/* A producer: chunk number N is full of the byte N. */
class Generator : Object, PullToPush.PullProducer {
  private uint64 n_chunks;
  private uint64 next = 0;

  public Generator (uint64 n_chunks) {
    this.n_chunks = n_chunks;
  }

  public PullToPush.StepResult produce (PullToPush.Consumer consumer) throws Error {
    if (next == n_chunks)
      return PullToPush.StepResult.FINISHED;

    var chunk = new uint8[CHUNK_SIZE];
    Memory.set (chunk, (int) (next++ % 256), CHUNK_SIZE);
    consumer.write (new Bytes.take ((owned) chunk));
    return PullToPush.StepResult.MORE;
  }
}

async SocketConnection accept_one () throws Error {
  var loopback = new InetAddress.loopback (SocketFamily.IPV4);
  var listener = new SocketListener ();
  SocketAddress address;
  listener.add_address (new InetSocketAddress (loopback, 0), STREAM, TCP, null, out address);
  print ("listening on %u\n", ((InetSocketAddress) address).port);

  var connection = yield listener.accept_async ();
  listener.close ();
  return connection;
}

async void serve (uint64 n_mebibytes) throws Error {
  var connection = yield accept_one ();
  var consumer = new PullToPush.OutputStreamConsumer (connection.output_stream);
  consumer.set_marks (64 * 1024, 256 * 1024, MEBIBYTE);

  var generator = new Generator (n_mebibytes * (MEBIBYTE / CHUNK_SIZE));
  yield PullToPush.PullToPush.stream (generator, consumer).wait_async ();
  print (@"$(consumer.bytes_written) bytes, at most $(consumer.peak_queued) bytes queued\n");
}

int main (string[] args) {
  int64 size = 0;
  if (args.length != 2 || !int64.try_parse (args[1], out size, null, 10) || size < 1 || size > MEBIBYTE) {
    stderr.printf ("Usage: serve MEBIBYTES\n");
    return 2;
  }

  var status = 1;
  var loop = new MainLoop ();
  serve.begin (size, (object, result) => {
    try {
      serve.end (result);
      status = 0;
    } catch (Error error) {
      stderr.printf ("serve: %s\n", error.message);
    }
    loop.quit ();
  });
  loop.run ();
  return status;
}
