/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A Vala program uses the library: both ends of a stream in Vala, waiting with yield, errors that are
 * caught by their code, closures that are released, and files that are whole or as they were.
 */

/* A source of words. With an error it fails after them; endless, it waits instead. */
class Words : Object, PullToPush.PullProducer {
  public GLib.Error? failure = null;
  public bool endless = false;
  public uint n_cancelled = 0;
  public GLib.Error? reason = null;
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

  public void cancel (GLib.Error reason) {
    n_cancelled++;
    this.reason = reason.copy ();
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

  public void unregister_producer (PullToPush.PushProducer producer) {
    assert (producer == this.producer);
    this.producer = null;
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

/* A sink that takes its time to finish and to abort, and says in which order it was told what. */
class Slow : Text, PullToPush.Consumer {
  public string heard = "";
  public GLib.Error? reason = null;
  public GLib.Error? failure = null;
  public bool stuck = false;

  public PullToPush.EndResult finish () throws GLib.Error {
    assert (producer != null);
    heard += "finish ";
    if (!stuck)
      Idle.add (() => {
        if (failure != null)
          emit_settle_failed (failure);
        else
          emit_settled (PullToPush.Settlement.FINISHED);
        return Source.REMOVE;
      });
    return PullToPush.EndResult.PENDING;
  }

  public PullToPush.EndResult abort (GLib.Error reason) throws GLib.Error {
    heard += "abort ";
    this.reason = reason.copy ();
    Idle.add (() => {
      heard += "settled ";
      emit_settled (PullToPush.Settlement.ABORTED);
      return Source.REMOVE;
    });
    return PullToPush.EndResult.PENDING;
  }

  public size_t get_desired_size () {
    return 42;
  }
}

/* A sink whose end fails, and is over at once. */
class Unlucky : Text, PullToPush.Consumer {
  public PullToPush.EndResult finish () throws GLib.Error {
    throw new IOError.NO_SPACE ("no room to finish");
  }
}

/* A source that pushes: it learns whom it writes to when it is registered. */
class Pusher : Object, PullToPush.PushProducer {
  public PullToPush.Consumer? consumer = null;
  public GLib.Error? reason = null;
  public uint n_pauses = 0;
  public uint n_unregistered = 0;

  public void pause_producing () {
    n_pauses++;
  }

  public void resume_producing () {
  }

  public void stop_producing (GLib.Error reason) {
    this.reason = reason.copy ();
  }

  public void registered (PullToPush.Consumer consumer) {
    this.consumer = consumer;
  }

  public void unregistered () {
    n_unregistered++;
    consumer = null;
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
  var slow = new Slow ();
  words.failure = new IOError.NOT_FOUND ("no more words");
  check_failure (words, slow, IOError.quark (), IOError.NOT_FOUND);
  assert (slow.heard == "abort settled ");
  assert (slow.reason.message == "no more words");
  assert (slow.collected.str == "one");
  assert (words.n_cancelled == 0);
}

void test_write_throws () {
  var text = new Text ();
  text.refused = "two";
  check_failure (new Words ({"one", "two", "three"}), text, IOError.quark (), IOError.NOT_SUPPORTED);
  assert (text.collected.str == "one");
}

/* The end */

async PullToPush.StreamState run_to_end (Words words, Text text) {
  PullToPush.PullToPush? stream = null;
  try {
    stream = PullToPush.PullToPush.stream (words, text);
    yield stream.wait_async ();
  } catch (GLib.Error error) {
    assert (error is PullToPush.Error.STOPPED || error.message == stream.error.message);
  }
  return stream.state;
}

PullToPush.StreamState stream_to_end (Words words, Text text) {
  var state = PullToPush.StreamState.IDLE;
  run_check ((loop) => {
    run_to_end.begin (words, text, (source, result) => {
      state = run_to_end.end (result);
      loop.quit ();
    });
  });
  return state;
}

void test_rules_L19_finish_pending () {
  var slow = new Slow ();
  assert (stream_to_end (new Words ({"one", "two"}), slow) == PullToPush.StreamState.FINISHED);
  assert (slow.heard == "finish ");
  assert (slow.collected.str == "onetwo");
  assert (slow.producer == null);
  assert (slow.get_desired_size () == 42);
  assert (new Text ().get_desired_size () == size_t.MAX);
}

void test_rules_L17_finish_fails () {
  var slow = new Slow ();
  slow.failure = new IOError.NO_SPACE ("no room to finish later");
  check_failure (new Words ({"one"}), slow, IOError.quark (), IOError.NO_SPACE);
  assert (slow.heard == "finish ");

  check_failure (new Words ({"one"}), new Unlucky (), IOError.quark (), IOError.NO_SPACE);
}

/* Stopped while the sink finishes: the state tells, and it is asked to abort. */
void test_rules_L17_abort_after_finish () {
  var slow = new Slow ();
  var loop = new MainLoop ();
  var was_ending = false;
  slow.stuck = true;
  try {
    var stream = PullToPush.PullToPush.stream (new Words ({"one"}), slow);
    stream.stopped.connect (() => loop.quit ());
    stream.notify["state"].connect (() => {
      if (stream.state == PullToPush.StreamState.ENDING) {
        was_ending = true;
        assert (stream.exhausted);
        stream.stop_streaming ();
      }
    });
  } catch (GLib.Error error) {
    assert_not_reached ();
  }
  loop.run ();
  assert (was_ending);
  assert (slow.heard == "finish abort settled ");
  assert (slow.reason is PullToPush.Error.STOPPED);
}

void test_rules_E12_broken () {
  var words = new Words ({"one"});
  var slow = new Slow ();
  words.endless = true;
  Idle.add (() => {
    words.emit_broken (new IOError.CONNECTION_CLOSED ("the line is cut"));
    return Source.REMOVE;
  });
  check_failure (words, slow, IOError.quark (), IOError.CONNECTION_CLOSED);
  assert (slow.reason.message == "the line is cut");
  assert (words.n_cancelled == 0);
}

async void push (Pusher pusher, Slow slow) throws GLib.Error {
  slow.register_push_producer (pusher);
  assert (pusher.consumer == slow);
  pusher.consumer.write (new Bytes ("pushed".data));
  assert (pusher.consumer.finish () == PullToPush.EndResult.PENDING);
  assert ((yield slow.wait_settled_async ()) == PullToPush.Settlement.FINISHED);
  pusher.consumer.unregister_producer (pusher);
}

void test_push_producer () {
  var pusher = new Pusher ();
  var slow = new Slow ();
  run_check ((loop) => {
    push.begin (pusher, slow, (source, result) => {
      try {
        push.end (result);
      } catch (GLib.Error error) {
        assert_not_reached ();
      }
      loop.quit ();
    });
  });
  assert (pusher.n_unregistered == 1 && pusher.consumer == null);
  assert (slow.collected.str == "pushed");
  assert (slow.heard == "finish ");

  /* Told its end, it takes nothing any more: rule L22. */
  try {
    ((PullToPush.Consumer) slow).write (new Bytes ("late".data));
    assert_not_reached ();
  } catch (PullToPush.Error.CLOSED error) {
    assert (slow.collected.str == "pushed");
  } catch (GLib.Error error) {
    assert_not_reached ();
  }
}

/* A consumer that breaks says why: rule E11. */
void test_rules_E11_reason () {
  var words = new Words ({"one"});
  var slow = new Slow ();
  words.endless = true;
  Idle.add (() => {
    slow.producer.stop_producing (new IOError.NO_SPACE ("the disk is full"));
    return Source.REMOVE;
  });
  check_failure (words, slow, IOError.quark (), IOError.NO_SPACE);
  assert (words.n_cancelled == 1);
  assert (words.reason.message == "the disk is full");
  assert (slow.reason.message == "the disk is full");
}

/* Files: whole or not at all */

const string OLD = "what was there before";

enum Kind {
  OVER_A_FILE,
  NEW,
  SYMBOLIC_LINK,
  HARD_LINK;

  public const Kind[] ALL = {OVER_A_FILE, NEW, SYMBOLIC_LINK, HARD_LINK};
}

/* One folder with a target in it, and nothing else. */
class Place {
  public string folder;
  public File target;
  private Kind kind;

  public Place (Kind kind) {
    this.kind = kind;
    try {
      folder = DirUtils.make_tmp ("pulltopush-vala-XXXXXX");
    } catch (GLib.Error error) {
      assert_not_reached ();
    }
    target = File.new_for_path (path ("target"));
    prepare ();
  }

  ~Place () {
    foreach (var name in list ())
      FileUtils.remove (path (name));
    DirUtils.remove (folder);
  }

  private string path (string name) {
    return Path.build_filename (folder, name);
  }

  private void prepare () {
    try {
      if (kind == OVER_A_FILE)
        FileUtils.set_contents (path ("target"), OLD);
      if (kind == SYMBOLIC_LINK || kind == HARD_LINK)
        FileUtils.set_contents (path ("other"), OLD);
    } catch (GLib.Error error) {
      assert_not_reached ();
    }
    if (kind == SYMBOLIC_LINK)
      assert (FileUtils.symlink ("other", path ("target")) == 0);
    if (kind == HARD_LINK)
      assert (Posix.link (path ("other"), path ("target")) == 0);
  }

  private string[] list () {
    string[] names = {};
    try {
      var dir = Dir.open (folder);
      string? name;
      while ((name = dir.read_name ()) != null)
        names += name;
    } catch (GLib.Error error) {
      assert_not_reached ();
    }
    return names;
  }

  private string read (string name) {
    string contents = "";
    try {
      FileUtils.get_contents (path (name), out contents);
    } catch (GLib.Error error) {
      assert_not_reached ();
    }
    return contents;
  }

  public void assert_old () {
    foreach (var name in list ())
      assert (read (name) == OLD);
    assert (list ().length == (kind == NEW ? 0 : kind == OVER_A_FILE ? 1 : 2));
    assert (FileUtils.test (path ("target"), FileTest.IS_SYMLINK) == (kind == SYMBOLIC_LINK));
  }

  /* The other name of a hard link keeps what was there. */
  public void assert_new (string contents) {
    assert (read ("target") == contents);
    assert (list ().length == (kind == NEW || kind == OVER_A_FILE ? 1 : 2));
    assert (kind != SYMBOLIC_LINK || read ("other") == contents);
    assert (kind != HARD_LINK || read ("other") == OLD);
  }
}

delegate void Disturb (PullToPush.PullToPush stream, Words words);

/* Returns the state at the end, which is when it may be looked at. */
PullToPush.StreamState stream_to_file (Place place, Words words, Disturb disturb) {
  var state = PullToPush.StreamState.IDLE;
  run_check ((loop) => {
    try {
      var stream = PullToPush.PullToPush.stream (words, new PullToPush.FileConsumer (place.target));
      disturb (stream, words);
      stream.wait_async.begin (null, (source, result) => {
        try {
          stream.wait_async.end (result);
        } catch (GLib.Error error) {
          assert (stream.state != PullToPush.StreamState.FINISHED);
        }
        state = stream.state;
        loop.quit ();
      });
    } catch (GLib.Error error) {
      assert_not_reached ();
    }
  });
  return state;
}

void when_waiting (PullToPush.PullToPush stream, owned SourceFunc func) {
  stream.notify["state"].connect (() => {
    if (stream.state == PullToPush.StreamState.WAITING)
      func ();
  });
}

void test_rules_E10_whole () {
  foreach (var kind in Kind.ALL) {
    var place = new Place (kind);
    var state = stream_to_file (place, new Words ({"half", " and half"}), (stream) => {});
    assert (state == PullToPush.StreamState.FINISHED);
    place.assert_new ("half and half");
  }
}

void test_rules_E10_failure () {
  foreach (var kind in Kind.ALL) {
    var place = new Place (kind);
    var words = new Words ({"half"});
    words.failure = new IOError.FAILED ("that was half");
    assert (stream_to_file (place, words, (stream) => {}) == PullToPush.StreamState.FAILED);
    place.assert_old ();
  }
}

void test_rules_E10_stop () {
  foreach (var kind in Kind.ALL) {
    var place = new Place (kind);
    var words = new Words ({"half"});
    words.endless = true;
    var state = stream_to_file (place, words, (stream) => {
      when_waiting (stream, () => {
        stream.stop_streaming ();
        return Source.REMOVE;
      });
    });
    assert (state == PullToPush.StreamState.STOPPED);
    place.assert_old ();
  }
}

/* After so many turns of the loop, from its start or from the start of its end. */
void cancel_after (PullToPush.PullToPush stream, bool ending, int n_turns) {
  var n = n_turns;
  var cancellable = new Cancellable ();
  stream.cancellable = cancellable;
  Idle.add (() => {
    if (stream.state >= (ending ? PullToPush.StreamState.ENDING : PullToPush.StreamState.STREAMING))
      n--;
    if (n >= 0 && stream.state < PullToPush.StreamState.FINISHED)
      return Source.CONTINUE;
    cancellable.cancel ();
    return Source.REMOVE;
  });
}

void test_rules_E10_cancel_at_any_moment () {
  var moments = new Rand.with_seed (20260704);
  uint n_finished = 0;

  for (uint i = 0; i < 200; i++) {
    var place = new Place (Kind.ALL[i % Kind.ALL.length]);
    var state = stream_to_file (place, new Words ({"half", " and", " half"}), (stream) => {
      var ending = moments.boolean ();
      cancel_after (stream, ending, moments.int_range (0, 1 << moments.int_range (1, 11)));
    });
    if (state == PullToPush.StreamState.FINISHED) {
      n_finished++;
      place.assert_new ("half and half");
    } else {
      assert (state == PullToPush.StreamState.FAILED);
      place.assert_old ();
    }
  }
  Test.message ("%u of 200 finished", n_finished);
}

void test_rules_E10_dropped () {
  foreach (var kind in Kind.ALL)
    for (uint n_turns = 0; n_turns < 8; n_turns++) {
      var place = new Place (kind);
      var consumer = new PullToPush.FileConsumer (place.target);
      var gone = WeakRef (consumer);
      var stream_gone = WeakRef (consumer.stream);
      try {
        consumer.write (new Bytes ("half".data));
      } catch (GLib.Error error) {
        assert_not_reached ();
      }
      for (uint i = 0; i < n_turns; i++)
        MainContext.default ().iteration (false);
      consumer = null;
      /* A write that was running goes on in a thread, and keeps the stream until it is undone. */
      while (gone.get () != null || stream_gone.get () != null)
        MainContext.default ().iteration (false);
      place.assert_old ();
    }
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
    stream.failed.connect ((error) => {
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
  assert (words.reason is IOError.CANCELLED);
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
  new Nothing ().cancel (new PullToPush.Error.STOPPED ("nobody needs nothing"));
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
  task.failed.connect ((error) => {
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
  Test.add_func ("/rules/L19/vala/finish-pending", test_rules_L19_finish_pending);
  Test.add_func ("/rules/L17/vala/finish-fails", test_rules_L17_finish_fails);
  Test.add_func ("/rules/L17/vala/abort-after-finish", test_rules_L17_abort_after_finish);
  Test.add_func ("/rules/E12/vala/broken", test_rules_E12_broken);
  Test.add_func ("/rules/E11/vala/reason", test_rules_E11_reason);
  Test.add_func ("/rules/E10/vala/whole", test_rules_E10_whole);
  Test.add_func ("/rules/E10/vala/failure", test_rules_E10_failure);
  Test.add_func ("/rules/E10/vala/stop", test_rules_E10_stop);
  Test.add_func ("/rules/E10/vala/cancel-at-any-moment", test_rules_E10_cancel_at_any_moment);
  Test.add_func ("/rules/E10/vala/dropped", test_rules_E10_dropped);
  Test.add_func ("/vala/push-producer", test_push_producer);
  Test.add_func ("/vala/holds", test_holds);
  Test.add_func ("/vala/cancel", test_cancel);
  Test.add_func ("/vala/what-may-be-left-out", test_what_may_be_left_out);
  Test.add_func ("/vala/cooperate", test_cooperate);
  Test.add_func ("/vala/cooperate-owns-its-closure", test_cooperate_owns_its_closure);
  Test.add_func ("/vala/cooperate-throws", test_cooperate_throws);
  Test.add_func ("/vala/conformance", test_conformance);
  return Test.run ();
}
