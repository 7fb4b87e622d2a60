/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Copies a file, and shows how far it is. A line "p" on standard input pauses the copy and lets it
 * go on, a line "q" cancels it; then a target that was there stays as it was, and one that was not
 * there is not made.
 */

class Copy : Object {
  private Cancellable cancellable = new Cancellable ();
  private PullToPush.InputStreamProducer producer;
  private PullToPush.FileConsumer consumer;
  private PullToPush.PullToPush stream;
  private bool held = false;

  public async uint64 run (File source, File target) throws Error {
    producer = new PullToPush.InputStreamProducer (yield source.read_async ());
    consumer = new PullToPush.FileConsumer (target);
    stream = PullToPush.PullToPush.stream (producer, consumer);
    stream.cancellable = cancellable;

    var timer = Timeout.add (100, () => {
      show_progress ();
      return Source.CONTINUE;
    });
    try {
      obey_commands.begin ();
      yield stream.wait_async ();
      show_progress ();
    } finally {
      Source.remove (timer);
      stderr.printf ("\n");
    }
    return consumer.bytes_written;
  }

  private void show_progress () {
    var line = @"$(consumer.bytes_written) bytes";
    if (producer.total_size > 0)
      line += ", %.0f %%".printf (100.0 * consumer.bytes_written / producer.total_size);
    var holders = stream.dup_holders ();
    if (holders.length > 0)
      line += ", paused by " + string.joinv (", ", holders);
    stderr.printf ("\r%-60s", line);
  }

  private async void obey_commands () {
    var commands = new DataInputStream (new UnixInputStream (Posix.STDIN_FILENO, false));
    try {
      string? line;
      while ((line = yield commands.read_line_async ()) != null)
        obey (line);
    } catch (Error error) {
      // Without commands it copies all the same.
    }
  }

  private void obey (string command) {
    if (command == "q")
      cancellable.cancel ();
    if (command != "p")
      return;

    held = !held;
    if (held)
      stream.hold ("user");
    else
      stream.release ("user");
    show_progress ();
  }
}

int main (string[] args) {
  if (args.length != 3) {
    stderr.printf ("Usage: copy SOURCE TARGET\n");
    return 2;
  }

  var status = 1;
  var loop = new MainLoop ();
  var copy = new Copy ();
  var source = File.new_for_commandline_arg (args[1]);
  var target = File.new_for_commandline_arg (args[2]);
  copy.run.begin (source, target, (object, result) => {
    try {
      stdout.printf ("%s bytes\n", copy.run.end (result).to_string ());
      status = 0;
    } catch (Error error) {
      stderr.printf ("copy: %s\n", error.message);
    }
    loop.quit ();
  });
  loop.run ();
  return status;
}
