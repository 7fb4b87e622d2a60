/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Packs a file into memory, in steps that leave the main loop free; with --check it unpacks it
 * again, and compares.
 */

/* Small enough that packing one chunk takes less time than a frame. */
const size_t CHUNK_SIZE = 16 * 1024;

/* Streams bytes through a converter into memory. */
async Bytes convert (Bytes bytes, Converter converter) throws Error {
  var memory = new MemoryOutputStream.resizable ();
  var stage = new ConverterOutputStream (memory, converter);
  var consumer = new PullToPush.OutputStreamConsumer (stage);
  var producer = new PullToPush.BytesProducer (bytes);
  producer.chunk_size = CHUNK_SIZE;

  yield PullToPush.PullToPush.stream (producer, consumer).wait_async ();
  return memory.steal_as_bytes ();
}

async void transform (File file, bool check) throws Error {
  var original = yield file.load_bytes_async (null, null);
  var packed = yield convert (original, new ZlibCompressor (GZIP));
  print (@"$(original.get_size ()) bytes -> $(packed.get_size ()) bytes\n");
  if (!check)
    return;

  var unpacked = yield convert (packed, new ZlibDecompressor (GZIP));
  if (unpacked.compare (original) != 0)
    throw new IOError.INVALID_DATA ("what was unpacked is not what was packed");
  print ("same\n");
}

int main (string[] args) {
  var check = args.length == 3 && args[2] == "--check";
  if (args.length < 2 || args[1].has_prefix ("-") || (args.length > 2 && !check)) {
    stderr.printf ("Usage: transform FILE [--check]\n");
    return 2;
  }

  var status = 1;
  var loop = new MainLoop ();
  transform.begin (File.new_for_commandline_arg (args[1]), check, (object, result) => {
    try {
      transform.end (result);
      status = 0;
    } catch (Error error) {
      stderr.printf ("transform: %s\n", error.message);
    }
    loop.quit ();
  });
  loop.run ();
  return status;
}
