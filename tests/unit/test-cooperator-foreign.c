/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Cooperators whose references run code of somebody else, as those of a language binding do, and
 * threads that make and drop the shared ones at the same time.
 */

#include "ptp-test-work.h"

#include <unistd.h>

/* A safety net: a deadlock ends the test, no good run takes as long. */
#define SAFETY_SECONDS (100)

#define N_THREADS (4)
#define N_TIMES   (4000)

/* The lock is what the global lock of an interpreter is to its binding. */
typedef struct
{
  GMutex lock;
  GMainContext *context;
  PtpCooperator *cooperator;
  gint n_inside; /* threads that have reached the notification */
} Foreign;

static void
toggle_cb (gpointer user_data, GObject *object, gboolean is_last)
{
  Foreign *foreign = user_data;

  g_atomic_int_inc (&foreign->n_inside);
  g_mutex_lock (&foreign->lock);
  g_mutex_unlock (&foreign->lock);
}

static gpointer
ref_and_drop_cb (gpointer user_data)
{
  Foreign *foreign = user_data;
  g_autoptr (PtpCooperator) cooperator
    = ptp_cooperator_ref_for_context (foreign->context, G_PRIORITY_DEFAULT);

  g_assert_true (cooperator == foreign->cooperator);
  return NULL;
}

static void
foreign_init (Foreign *self)
{
  g_mutex_init (&self->lock);
  self->n_inside = 0;
  self->context = g_main_context_new ();
  self->cooperator = ptp_cooperator_ref_for_context (self->context, G_PRIORITY_DEFAULT);
  g_object_add_toggle_ref (G_OBJECT (self->cooperator), toggle_cb, self);
}

static void
foreign_clear (Foreign *self)
{
  g_object_add_weak_pointer (G_OBJECT (self->cooperator), (gpointer *) &self->cooperator);
  g_object_remove_toggle_ref (G_OBJECT (self->cooperator), toggle_cb, self);
  g_assert_null (self->cooperator);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->lock);
}

static void
wait_until_inside (Foreign *self, int n)
{
  while (g_atomic_int_get (&self->n_inside) < n)
    g_thread_yield ();
}

/* While one thread waits inside the notification, another one that holds what it waits for gets
 * the same cooperator, makes a new one, and drops it.
 */
static void
test_toggle_reference (void)
{
  g_autoptr (GMainContext) other_context = g_main_context_new ();
  g_autoptr (PtpCooperator) same = NULL;
  PtpCooperator *other;
  GThread *thread;
  Foreign f;

  foreign_init (&f);
  g_object_unref (f.cooperator);
  g_assert_cmpint (f.n_inside, ==, 1);

  g_mutex_lock (&f.lock);
  thread = g_thread_new ("ptp-test", ref_and_drop_cb, &f);
  wait_until_inside (&f, 2);
  same = ptp_cooperator_ref_for_context (f.context, G_PRIORITY_DEFAULT);
  g_assert_true (same == f.cooperator);
  other = ptp_cooperator_ref_for_context (other_context, G_PRIORITY_DEFAULT);
  g_assert_true (other != same);
  g_assert_finalize_object (other);
  g_mutex_unlock (&f.lock);
  g_thread_join (thread);

  g_clear_object (&same);
  foreign_clear (&f);
}

static PtpStepResult
finished_cb (gpointer user_data, GError **error)
{
  return PTP_STEP_RESULT_FINISHED;
}

/* The same when a stream brings the only other reference. */
static void
test_toggle_reference_of_a_task (void)
{
  PtpCooperativeTask *task;
  Foreign f;

  foreign_init (&f);
  g_object_unref (f.cooperator);
  g_main_context_push_thread_default (f.context);
  task = ptp_cooperator_cooperate (f.cooperator, finished_cb, NULL, NULL);
  ptp_test_drain ();
  g_assert_cmpint (ptp_cooperative_task_get_state (task), ==, PTP_STREAM_STATE_FINISHED);
  g_assert_finalize_object (task);
  g_main_context_pop_thread_default (f.context);
  foreign_clear (&f);
}

/* Takes the lock of the cooperator, from inside a notification. */
static void
ask_toggle_cb (gpointer user_data, GObject *object, gboolean is_last)
{
  g_autoptr (PtpCooperator) same
    = is_last ? NULL : ptp_cooperator_ref_for_context (user_data, G_PRIORITY_DEFAULT);

  g_assert_true (same == NULL || G_OBJECT (same) == object);
  ptp_cooperator_get_active (PTP_COOPERATOR (object));
}

static void
test_toggle_reference_that_asks (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  PtpCooperator *cooperator = ptp_cooperator_ref_for_context (context, G_PRIORITY_DEFAULT);
  PtpCooperativeTask *task;

  g_object_add_toggle_ref (G_OBJECT (cooperator), ask_toggle_cb, context);
  g_object_unref (cooperator);
  g_object_unref (ptp_cooperator_ref_for_context (context, G_PRIORITY_DEFAULT));

  g_main_context_push_thread_default (context);
  task = ptp_cooperator_cooperate (cooperator, finished_cb, NULL, NULL);
  ptp_test_drain ();
  g_assert_finalize_object (task);
  g_main_context_pop_thread_default (context);
  g_object_add_weak_pointer (G_OBJECT (cooperator), (gpointer *) &cooperator);
  g_object_remove_toggle_ref (G_OBJECT (cooperator), ask_toggle_cb, context);
  g_assert_null (cooperator);
}

static gpointer
ref_again_and_again_cb (gpointer context)
{
  for (int i = 0; i < N_TIMES; i++)
    {
      g_autoptr (PtpCooperator) one = ptp_cooperator_ref_for_context (context, G_PRIORITY_LOW);
      g_autoptr (PtpCooperator) two = ptp_cooperator_ref_for_context (context, G_PRIORITY_LOW);

      g_assert_true (one == two);
      g_assert_true (ptp_cooperator_get_context (one) == context);
      if (i % 16 == 0)
        g_thread_yield ();
    }

  return NULL;
}

/* The last reference goes in one thread just when another thread asks for one. */
static void
test_racing (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  GThread *threads[N_THREADS];
  PtpCooperator *cooperator;

  for (gsize i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("ptp-test", ref_again_and_again_cb, context);
  for (gsize i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  cooperator = ptp_cooperator_ref_for_context (context, G_PRIORITY_LOW);
  g_assert_finalize_object (cooperator);
}

/* Asks for the one that is being disposed of. */
static void
ref_what_goes_cb (gpointer user_data, GObject *where)
{
  PtpCooperator **cooperator = user_data;

  *cooperator = ptp_cooperator_ref_for_context (NULL, G_PRIORITY_LOW);
}

/* What asks for a cooperator while the shared one goes gets one that works. */
static void
test_asked_for_in_dispose (void)
{
  PtpCooperator *cooperator = ptp_cooperator_ref_for_context (NULL, G_PRIORITY_LOW);
  PtpCooperator *next = NULL;
  g_autoptr (PtpCooperator) again = NULL;
  PtpCooperativeTask *task;

  g_object_weak_ref (G_OBJECT (cooperator), ref_what_goes_cb, &next);
  g_object_unref (cooperator);
  again = ptp_cooperator_ref_for_context (NULL, G_PRIORITY_LOW);
  g_assert_true (again == next);
  task = ptp_cooperator_cooperate (next, finished_cb, NULL, NULL);
  ptp_test_drain ();
  g_assert_cmpint (ptp_cooperative_task_get_state (task), ==, PTP_STREAM_STATE_FINISHED);
  g_assert_finalize_object (task);
  g_clear_object (&again);
  g_assert_finalize_object (next);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (SAFETY_SECONDS);

  g_test_add_func ("/cooperator/toggle/other-thread", test_toggle_reference);
  g_test_add_func ("/cooperator/toggle/task", test_toggle_reference_of_a_task);
  g_test_add_func ("/cooperator/toggle/asks", test_toggle_reference_that_asks);
  g_test_add_func ("/cooperator/shared/racing", test_racing);
  g_test_add_func ("/cooperator/shared/asked-for-in-dispose", test_asked_for_in_dispose);

  return g_test_run ();
}
