/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Whether the race detector sees what it should: a race is found also where there are locks of GLib
 * beside it, and what a lock of GLib orders is no race. Each case is a process of its own, which
 * ends with a status of its own if anything was found.
 */

#include <gio/gio.h>

typedef struct
{
  const char *path;
  GThreadFunc one, other; /* in two threads, at a time */
  gboolean is_race;
} Case;

static int counter;
static GMutex mutex, other_mutex;
static GRecMutex rec_mutex;
static GRWLock rw_lock;
static GCond cond;
static gint bit_lock;
static gpointer pointer_bit_lock;
static GAsyncQueue *queue;
static GMainContext *context;
static GObject *object;
static GBytes *bytes;
static GWeakRef weak_ref;
static GMainLoop *loop;

static gpointer
count (gpointer unused)
{
  counter++;
  return NULL;
}

static gpointer
count_locked (gpointer lock)
{
  g_mutex_lock (lock);
  counter++;
  g_mutex_unlock (lock);
  return NULL;
}

static gpointer
count_mutex (gpointer unused)
{
  return count_locked (&mutex);
}

static gpointer
count_other_mutex (gpointer unused)
{
  return count_locked (&other_mutex);
}

static gpointer
count_rec_mutex (gpointer unused)
{
  g_rec_mutex_lock (&rec_mutex);
  counter++;
  g_rec_mutex_unlock (&rec_mutex);
  return NULL;
}

static gpointer
count_writer (gpointer unused)
{
  g_rw_lock_writer_lock (&rw_lock);
  counter++;
  g_rw_lock_writer_unlock (&rw_lock);
  return NULL;
}

/* Readers do not exclude each other. */
static gpointer
count_reader (gpointer unused)
{
  g_rw_lock_reader_lock (&rw_lock);
  counter++;
  g_rw_lock_reader_unlock (&rw_lock);
  return NULL;
}

static gpointer
count_bit (gpointer unused)
{
  g_bit_lock (&bit_lock, 3);
  counter++;
  g_bit_unlock (&bit_lock, 3);
  return NULL;
}

static gpointer
count_pointer_bit (gpointer unused)
{
  g_pointer_bit_lock (&pointer_bit_lock, 0);
  counter++;
  g_pointer_bit_unlock (&pointer_bit_lock, 0);
  return NULL;
}

/* What one hands to the other */

static gboolean handed;

static gpointer
count_and_signal (gpointer unused)
{
  counter++;
  g_mutex_lock (&mutex);
  handed = TRUE;
  g_cond_signal (&cond);
  g_mutex_unlock (&mutex);
  return NULL;
}

static gpointer
wait_and_count (gpointer unused)
{
  g_mutex_lock (&mutex);
  while (!handed)
    g_cond_wait (&cond, &mutex);
  g_mutex_unlock (&mutex);
  counter++;
  return NULL;
}

static gpointer
wait_until_and_count (gpointer unused)
{
  g_mutex_lock (&mutex);
  while (!handed)
    g_cond_wait_until (&cond, &mutex, g_get_monotonic_time () + G_TIME_SPAN_HOUR);
  g_mutex_unlock (&mutex);
  counter++;
  return NULL;
}

static gpointer
count_and_push (gpointer unused)
{
  counter++;
  g_async_queue_push (queue, &counter);
  return NULL;
}

static gpointer
pop_and_count (gpointer unused)
{
  (*(int *) g_async_queue_pop (queue))++;
  return NULL;
}

/* What comes after the handing over is not ordered. */
static gpointer
push_and_count (gpointer unused)
{
  g_async_queue_push (queue, &counter);
  counter++;
  return NULL;
}

static gpointer
make_once (gpointer unused)
{
  counter++;
  return &counter;
}

static gpointer
count_once (gpointer unused)
{
  static GOnce once = G_ONCE_INIT;

  g_once (&once, make_once, NULL);
  return GINT_TO_POINTER (counter);
}

static gpointer
count_once_init (gpointer unused)
{
  static gsize once;

  if (g_once_init_enter (&once))
    {
      counter++;
      g_once_init_leave (&once, 1);
    }
  return GINT_TO_POINTER (counter);
}

/* The main context */

static gboolean
count_and_quit_cb (gpointer unused)
{
  counter++;
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static gpointer
count_and_invoke (gpointer unused)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  counter++;
  g_source_set_callback (source, count_and_quit_cb, NULL, NULL);
  g_source_attach (source, context);
  return NULL;
}

static gpointer
run_loop (gpointer unused)
{
  g_main_context_push_thread_default (context);
  g_main_loop_run (loop);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
count_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  counter++;
  g_task_return_boolean (task, TRUE);
}

static void
task_done_cb (GObject *source, GAsyncResult *result, gpointer unused)
{
  g_assert_true (g_task_propagate_boolean (G_TASK (result), NULL));
  count_and_quit_cb (NULL);
}

static gpointer
run_task (gpointer unused)
{
  g_autoptr (GTask) task = NULL;

  g_main_context_push_thread_default (context);
  counter++;
  task = g_task_new (NULL, NULL, task_done_cb, NULL);
  g_task_run_in_thread (task, count_in_task);
  g_main_loop_run (loop);
  g_main_context_pop_thread_default (context);
  return NULL;
}

/* References */

static void
count_at_end_cb (gpointer unused, GObject *where)
{
  counter++;
}

static void
counted_free (gpointer unused)
{
  counter++;
}

static int *
get_counted (void)
{
  return g_object_get_data (object, "counted");
}

static gpointer
count_and_unref (gpointer unused)
{
  (*get_counted ())++;
  g_object_unref (object);
  return NULL;
}

static gpointer
only_unref (gpointer unused)
{
  g_object_unref (object);
  return NULL;
}

static gpointer
unref_and_count (gpointer unused)
{
  int *counted = get_counted ();

  g_object_unref (object);
  (*counted)++;
  return NULL;
}

static gpointer
only_unref_bytes (gpointer unused)
{
  g_bytes_unref (bytes);
  return NULL;
}

static gpointer
weak_ref_and_count (gpointer unused)
{
  GObject *strong = g_weak_ref_get (&weak_ref);

  if (strong != NULL)
    {
      (*get_counted ())++;
      g_object_unref (strong);
    }
  return NULL;
}

static gpointer
count_bytes_and_unref (gpointer unused)
{
  counter += (int) *(const char *) g_bytes_get_data (bytes, NULL);
  g_bytes_unref (bytes);
  return NULL;
}

static const Case cases[] = {
  { "/tsan/finds/without-lock", count, count, TRUE },
  { "/tsan/finds/other-lock", count_mutex, count_other_mutex, TRUE },
  { "/tsan/finds/one-locks", count, count_mutex, TRUE },
  { "/tsan/finds/readers", count_reader, count_reader, TRUE },
  { "/tsan/finds/after-cond", count_and_signal, count_mutex, TRUE },
  { "/tsan/finds/after-queue", push_and_count, pop_and_count, TRUE },
  { "/tsan/finds/after-unref", unref_and_count, only_unref, TRUE },
  { "/tsan/trusts/mutex", count_mutex, count_mutex, FALSE },
  { "/tsan/trusts/rec-mutex", count_rec_mutex, count_rec_mutex, FALSE },
  { "/tsan/trusts/rw-lock", count_writer, count_writer, FALSE },
  { "/tsan/trusts/bit-lock", count_bit, count_bit, FALSE },
  { "/tsan/trusts/pointer-bit-lock", count_pointer_bit, count_pointer_bit, FALSE },
  { "/tsan/trusts/cond", count_and_signal, wait_and_count, FALSE },
  { "/tsan/trusts/cond-until", count_and_signal, wait_until_and_count, FALSE },
  { "/tsan/trusts/once", count_once, count_once, FALSE },
  { "/tsan/trusts/once-init", count_once_init, count_once_init, FALSE },
  { "/tsan/trusts/queue", count_and_push, pop_and_count, FALSE },
  { "/tsan/trusts/source", count_and_invoke, run_loop, FALSE },
  { "/tsan/trusts/task", NULL, run_task, FALSE },
  { "/tsan/trusts/unref", count_and_unref, only_unref, FALSE },
  { "/tsan/trusts/weak-ref", weak_ref_and_count, only_unref, FALSE },
  { "/tsan/trusts/bytes", count_bytes_and_unref, only_unref_bytes, FALSE },
};

/* One of the two threads drops the first reference, the other the last, in either order. */
static void
set_up (const Case *c)
{
  queue = g_async_queue_new ();
  context = g_main_context_new ();
  loop = g_main_loop_new (context, FALSE);
  object = g_object_new (G_TYPE_OBJECT, NULL);
  g_weak_ref_init (&weak_ref, object);
  g_object_set_data_full (object, "counted", g_new0 (int, 1), g_free);
  g_object_weak_ref (object, count_at_end_cb, NULL);
  if (c->one != weak_ref_and_count)
    g_object_ref (object);
  bytes = g_bytes_new_with_free_func ("x", 1, counted_free, NULL);
  g_bytes_ref (bytes);
}

static void
run_both (const Case *c)
{
  GThread *one, *other;

  set_up (c);
  other = g_thread_new ("other", c->other, NULL);
  one = c->one != NULL ? g_thread_new ("one", c->one, NULL) : NULL;
  if (one != NULL)
    g_thread_join (one);
  g_thread_join (other);
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;

  if (g_test_subprocess ())
    {
      run_both (c);
      return;
    }

  g_test_trap_subprocess (c->path, 0, 0);
  if (c->is_race)
    {
      g_test_trap_assert_failed ();
      g_test_trap_assert_stderr ("*WARNING: ThreadSanitizer: *");
    }
  else
    {
      g_test_trap_assert_passed ();
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add_data_func (cases[i].path, &cases[i], test_case);

  return g_test_run ();
}
