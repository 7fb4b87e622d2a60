/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Counts primes in small steps, while a timer in the same main loop goes on ticking.
 */

bool is_prime (int64 number) {
  for (int64 divisor = 2; divisor * divisor <= number; divisor++)
    if (number % divisor == 0)
      return false;
  return number >= 2;
}

/* One number is one step: the cooperator takes as many at a time as fit into its slice. */
async int64 count_primes (int64 limit) throws Error {
  int64 next = 0;
  int64 count = 0;
  var task = PullToPush.Cooperator.ref_default ().cooperate (() => {
    if (next >= limit)
      return PullToPush.StepResult.FINISHED;
    if (is_prime (next++))
      count++;
    return PullToPush.StepResult.MORE;
  });
  yield task.wait_async ();
  return count;
}

/* Looks at the clock every 10 ms, as far as it gets to it. */
class Ticks : Object {
  public uint n_ticks { get; private set; default = 0; }
  public int64 longest { get; private set; default = 0; }
  private int64 last = get_monotonic_time ();
  private uint timer = 0;

  public void start () {
    timer = Timeout.add (10, () => {
      n_ticks++;
      look_at_clock ();
      return Source.CONTINUE;
    });
  }

  public void stop () {
    Source.remove (timer);
    look_at_clock ();
  }

  private void look_at_clock () {
    var now = get_monotonic_time ();
    longest = int64.max (longest, now - last);
    last = now;
  }
}

async void cooperate (int64 limit) throws Error {
  var ticks = new Ticks ();
  ticks.start ();
  var count = yield count_primes (limit);
  ticks.stop ();
  print (@"$count primes below $limit\n");
  print ("%u ticks meanwhile, longest gap %.1f ms\n", ticks.n_ticks, ticks.longest / 1000.0);
}

int main (string[] args) {
  int64 limit = 0;
  if (args.length != 2 || !int64.try_parse (args[1], out limit, null, 10) || limit < 1) {
    stderr.printf ("Usage: cooperate LIMIT\n");
    return 2;
  }

  var status = 1;
  var loop = new MainLoop ();
  cooperate.begin (limit, (object, result) => {
    try {
      cooperate.end (result);
      status = 0;
    } catch (Error error) {
      stderr.printf ("cooperate: %s\n", error.message);
    }
    loop.quit ();
  });
  loop.run ();
  return status;
}
