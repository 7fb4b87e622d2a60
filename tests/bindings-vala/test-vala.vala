/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a Vala program does with the library: both ends of a stream in Vala, waiting with yield,
 * errors that are caught by their code, and closures that are let go of.
 */

/* A source of words. With an error it fails after them; endless, it waits instead. */
class Words : Object, PullToPush.PullProducer {
  public GLib.Error? failure = null;
  public bool endless = false;
  public uint n_cancelled = 0;
  private string[] words;
  private int next = 0;

  public Words (string[] words) {
    this.words = words;
  }

  public PullToPush.StepResult produce (PullToPush.Consumer consumer) throws GLib.Error {
    if (next < words.length) {
      consumer.write (new Bytes (words[next++].data));
      return PullToPush.StepResult.MORE;
    }
    if (failure != null)
      throw failure.copy ();
    return endless ? PullToPush.StepResult.PENDING : PullToPush.StepResult.FINISHED;
  }

  public void cancel () {
    n_cancelled++;
  }

  public void go_on (string word) {
    words += word;
    endless = false;
    emit_ready ();
  }
}

/* A source that leaves out what may be left out. */
class Nothing : Object, PullToPush.PullProducer {
  public PullToPush.StepResult produce (PullToPush.Consumer consumer) throws GLib.Error {
    return PullToPush.StepResult.FINISHED;
  }
}

/* A sink that collects text, and refuses one that it does not like. */
class Text : Object, PullToPush.Consumer {
  public StringBuilder collected = new StringBuilder ();
  public string? refused = null;
  public bool pause_after_first = false;
  public PullToPush.PushProducer? producer = null;

  public bool register_push_producer (PullToPush.PushProducer producer) throws GLib.Error {
    if (this.producer != null)
      throw new PullToPush.Error.ALREADY_REGISTERED ("one producer at a time");
    this.producer = producer;
    return true;
  }

  public void unregister_producer () {
    producer = null;
  }

  public bool write (Bytes bytes) throws GLib.Error {
    var chunk = ((string) bytes.get_data ()).substring (0, (long) bytes.get_size ());
    if (chunk == refused)
      throw new IOError.NOT_SUPPORTED ("not %s", chunk);
    collected.append (chunk);
    if (pause_after_first && collected.len == chunk.length)
      producer.pause_producing ();
    return true;
  }
}

/* A sink that wants to hear why a producer fails. */
class Listener : Text, PullToPush.Consumer {
  public string? heard = null;

  public void producer_failed (GLib.Error error) {
    heard = error.message;
  }
}

delegate void Check (MainLoop loop);

void run_check (Check check) {
  var loop = new MainLoop ();
  check (loop);
  loop.run ();
}

async bool stream_words () throws GLib.Error {
  var text = new Text ();
  var stream = PullToPush.PullToPush.stream (new Words ({"one", " two"}), text);
  var finished = yield stream.wait_async ();
  assert (text.collected.str == "one two");
  assert (text.producer == null);
  assert (stream.state == PullToPush.StreamState.FINISHED);
  return finished;
}

void test_stream () {
  run_check ((loop) => {
    stream_words.begin ((source, result) => {
      try {
        assert (stream_words.end (result));
      } catch (GLib.Error error) {
        assert_not_reached ();
      }
      loop.quit ();
    });
  });
}

async void fail_with (Words words, Text text, GLib.Quark domain, int code) {
  try {
    yield PullToPush.PullToPush.stream (words, text).wait_async ();
    assert_not_reached ();
  } catch (GLib.Error error) {
    assert (error.domain == domain && error.code == code);
  }
}

void check_failure (Words words, Text text, GLib.Quark domain, int code) {
  run_check ((loop) => {
    fail_with.begin (words, text, domain, code, (source, result) => {
      fail_with.end (result);
      loop.quit ();
    });
  });
  assert (text.producer == null);
}

void test_produce_throws () {
  var words = new Words ({"one"});
  var listener = new Listener ();
  words.failure = new IOError.NOT_FOUND ("no more words");
  check_failure (words, listener, IOError.quark (), IOError.NOT_FOUND);
  assert (listener.heard == "no more words");
  assert (listener.collected.str == "one");
}

void test_write_throws () {
  var text = new Text ();
  text.refused = "two";
  check_failure (new Words ({"one", "two", "three"}), text, IOError.quark (), IOError.NOT_SUPPORTED);
  assert (text.collected.str == "one");
}

void test_second_producer () {
  var text = new Text ();
  try {
    var first = PullToPush.PullToPush.stream (new Words ({}), text);
    PullToPush.PullToPush.stream (new Words ({}), text);
    assert (first == null);
  } catch (PullToPush.Error.ALREADY_REGISTERED error) {
    assert (error.message != "");
    return;
  } catch (GLib.Error error) {
    assert_not_reached ();
  }
  assert_not_reached ();
}

async void wait_pending (Words words, Text text) throws GLib.Error {
  var stream = PullToPush.PullToPush.stream (words, text);
  stream.notify["state"].connect (() => {
    if (stream.state == PullToPush.StreamState.WAITING)
      words.go_on (" later");
  });
  yield stream.wait_async ();
}

void test_pending () {
  var words = new Words ({"now"});
  var text = new Text ();
  words.endless = true;
  run_check ((loop) => {
    wait_pending.begin (words, text, (source, result) => {
      try {
        wait_pending.end (result);
      } catch (GLib.Error error) {
        assert_not_reached ();
      }
      loop.quit ();
    });
  });
  assert (text.collected.str == "now later");
  assert (words.n_cancelled == 0);
}

void test_holds () {
  var loop = new MainLoop ();
  var text = new Text ();
  PullToPush.PullToPush stream;
  text.pause_after_first = true;
  try {
    stream = PullToPush.PullToPush.stream (new Words ({"one", "two"}), text);
  } catch (GLib.Error error) {
    assert_not_reached ();
  }
  stream.hold ("user");
  assert (stream.dup_holders ().length == 1 && stream.dup_holders ()[0] == "user");
  stream.release ("user");
  stream.notify["holders"].connect (() => {
    if (stream.dup_holders ().length > 0)
      Idle.add (() => {
        assert (text.collected.str == "one");
        text.producer.resume_producing ();
        return Source.REMOVE;
      });
  });
  stream.finished.connect (() => loop.quit ());
  loop.run ();
  assert (text.collected.str == "onetwo");
}

void test_cancel () {
  var words = new Words ({"one"});
  words.endless = true;
  var cancellable = new Cancellable ();
  var loop = new MainLoop ();
  bool cancelled = false;
  try {
    var stream = PullToPush.PullToPush.stream (words, new Text ());
    stream.cancellable = cancellable;
    stream.error.connect ((error) => {
      cancelled = error is IOError.CANCELLED;
      loop.quit ();
    });
  } catch (GLib.Error error) {
    assert_not_reached ();
  }
  cancellable.cancel ();
  loop.run ();
  assert (cancelled);
  assert (words.n_cancelled == 1);
}

/* The library makes and starts the stream when the consumer does not do so itself. */
void test_what_may_be_left_out () {
  var text = new Text ();
  var loop = new MainLoop ();
  try {
    text.register_pull_producer (new Nothing ());
  } catch (GLib.Error error) {
    assert_not_reached ();
  }
  var stream = (PullToPush.PullToPush) text.producer;
  stream.finished.connect (() => loop.quit ());
  loop.run ();
  new Nothing ().cancel ();
}

/* What a step captures lives as long as the task, and no longer. */
class Counter : Object {
  public uint n = 0;
}

async uint count_to (uint limit) throws GLib.Error {
  var counter = new Counter ();
  var task = PullToPush.Cooperator.ref_default ().cooperate (() => {
    return ++counter.n < limit ? PullToPush.StepResult.MORE : PullToPush.StepResult.FINISHED;
  });
  yield task.wait_async ();
  return counter.n;
}

void test_cooperate () {
  var loop = new MainLoop ();
  count_to.begin (1000, (source, result) => {
    try {
      assert (count_to.end (result) == 1000);
    } catch (GLib.Error error) {
      assert_not_reached ();
    }
    loop.quit ();
  });
  loop.run ();
}

void test_cooperate_owns_its_closure () {
  var loop = new MainLoop ();
  var counter = new Counter ();
  var captured = WeakRef (counter);
  var task = start_counting ((owned) counter);
  task.finished.connect (() => loop.quit ());
  loop.run ();
  assert (captured.get () == null);
}

PullToPush.CooperativeTask start_counting (owned Counter counter) {
  return PullToPush.Cooperator.ref_default ().cooperate (() => {
    return ++counter.n < 3 ? PullToPush.StepResult.MORE : PullToPush.StepResult.FINISHED;
  });
}

void test_cooperate_throws () {
  var loop = new MainLoop ();
  string? message = null;
  var task = PullToPush.Cooperator.ref_default ().cooperate (() => {
    throw new PullToPush.Error.INVALID ("cannot count");
  });
  task.error.connect ((error) => {
    message = error.message;
    loop.quit ();
  });
  loop.run ();
  assert (message == "cannot count");
  assert (task.get_error () is PullToPush.Error.INVALID);
}

/* The kit for tests of one's own. */
void test_conformance () {
  var suite = new PullToPushTesting.Suite (PullToPushTesting.Kind.PULL_PRODUCER, "words", (consumer) => {
    return new Words ({"one", "two", "three"});
  });
  suite.set_expected (new Bytes ("onetwothree".data));
  unowned var results = suite.run ();
  assert (results.length > 10);
  foreach (unowned var result in results)
    if (result.status == PullToPushTesting.Status.FAILED)
      error ("%s", result.to_string ());
}

int main (string[] args) {
  Test.init (ref args);
  Test.add_func ("/vala/stream", test_stream);
  Test.add_func ("/vala/produce-throws", test_produce_throws);
  Test.add_func ("/vala/write-throws", test_write_throws);
  Test.add_func ("/vala/second-producer", test_second_producer);
  Test.add_func ("/vala/pending", test_pending);
  Test.add_func ("/vala/holds", test_holds);
  Test.add_func ("/vala/cancel", test_cancel);
  Test.add_func ("/vala/what-may-be-left-out", test_what_may_be_left_out);
  Test.add_func ("/vala/cooperate", test_cooperate);
  Test.add_func ("/vala/cooperate-owns-its-closure", test_cooperate_owns_its_closure);
  Test.add_func ("/vala/cooperate-throws", test_cooperate_throws);
  Test.add_func ("/vala/conformance", test_conformance);
  return Test.run ();
}
