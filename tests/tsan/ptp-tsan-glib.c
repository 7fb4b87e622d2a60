/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Makes the locks and the reference counts of GLib visible to the race detector.
 *
 * Debian's GLib is not built for it, and makes its locks of futexes and of its own atomic
 * instructions, of which it sees nothing: whatever they order would look like a race. So they are
 * replaced, at load time, by ones that do the same with what it knows: by pthread locks, which is
 * how GLib itself makes them where there is no futex, and by atomic instructions in code that is
 * built for it. Replaced is only what is documented and public, and nothing is made to wait less or
 * more than it did. Nothing is annotated as ordered that is not.
 *
 * What is not here needs no help: GThread and GPrivate are pthread things already, and
 * GMainContext, GTask, GAsyncQueue and signals are built on what is here.
 */

#include "ptp-tsan-rebind.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <glib-object.h>

/* Who is called in GLib's stead must not be called by GLib for its own needs: no GLib in here. */

static _Noreturn void
give_up (const char *what, int code)
{
  fprintf (stderr, "tsan: %s failed with %d\n", what, code);
  abort ();
}

static void *
new_zeroed (size_t size)
{
  void *memory = calloc (1, size);

  if (memory == NULL)
    give_up ("calloc", ENOMEM);
  return memory;
}

/* GMutex */

static pthread_mutex_t *
get_mutex (GMutex *self)
{
  pthread_mutex_t *mutex = __atomic_load_n (&self->p, __ATOMIC_ACQUIRE);
  gpointer none = NULL;

  if (mutex != NULL)
    return mutex;

  mutex = new_zeroed (sizeof *mutex);
  pthread_mutex_init (mutex, NULL);
  if (__atomic_compare_exchange_n (&self->p, &none, mutex, FALSE, __ATOMIC_ACQ_REL,
                                   __ATOMIC_ACQUIRE))
    return mutex;

  pthread_mutex_destroy (mutex);
  free (mutex);
  return none;
}

void
g_mutex_init (GMutex *self)
{
  __atomic_store_n (&self->p, NULL, __ATOMIC_RELAXED);
}

void
g_mutex_clear (GMutex *self)
{
  pthread_mutex_t *mutex = __atomic_exchange_n (&self->p, NULL, __ATOMIC_ACQ_REL);
  int code;

  if (mutex == NULL)
    return;

  code = pthread_mutex_destroy (mutex);
  if (code != 0)
    give_up ("g_mutex_clear", code);
  free (mutex);
}

void
g_mutex_lock (GMutex *self)
{
  int code = pthread_mutex_lock (get_mutex (self));

  if (code != 0)
    give_up ("g_mutex_lock", code);
}

gboolean
g_mutex_trylock (GMutex *self)
{
  return pthread_mutex_trylock (get_mutex (self)) == 0;
}

void
g_mutex_unlock (GMutex *self)
{
  int code = pthread_mutex_unlock (get_mutex (self));

  if (code != 0)
    give_up ("g_mutex_unlock", code);
}

/* GRecMutex and GRWLock are pthread locks already, but made at their first use, with an atomic
 * instruction that is not seen.
 */

static pthread_mutex_t *
get_rec_mutex (GRecMutex *self)
{
  pthread_mutex_t *mutex = __atomic_load_n (&self->p, __ATOMIC_ACQUIRE);
  pthread_mutexattr_t attributes;
  gpointer none = NULL;

  if (mutex != NULL)
    return mutex;

  mutex = new_zeroed (sizeof *mutex);
  pthread_mutexattr_init (&attributes);
  pthread_mutexattr_settype (&attributes, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init (mutex, &attributes);
  pthread_mutexattr_destroy (&attributes);
  if (__atomic_compare_exchange_n (&self->p, &none, mutex, FALSE, __ATOMIC_ACQ_REL,
                                   __ATOMIC_ACQUIRE))
    return mutex;

  pthread_mutex_destroy (mutex);
  free (mutex);
  return none;
}

void
g_rec_mutex_init (GRecMutex *self)
{
  __atomic_store_n (&self->p, NULL, __ATOMIC_RELAXED);
}

void
g_rec_mutex_clear (GRecMutex *self)
{
  pthread_mutex_t *mutex = __atomic_exchange_n (&self->p, NULL, __ATOMIC_ACQ_REL);

  if (mutex == NULL)
    return;

  pthread_mutex_destroy (mutex);
  free (mutex);
}

void
g_rec_mutex_lock (GRecMutex *self)
{
  pthread_mutex_lock (get_rec_mutex (self));
}

gboolean
g_rec_mutex_trylock (GRecMutex *self)
{
  return pthread_mutex_trylock (get_rec_mutex (self)) == 0;
}

void
g_rec_mutex_unlock (GRecMutex *self)
{
  pthread_mutex_unlock (get_rec_mutex (self));
}

static pthread_rwlock_t *
get_rw_lock (GRWLock *self)
{
  pthread_rwlock_t *lock = __atomic_load_n (&self->p, __ATOMIC_ACQUIRE);
  gpointer none = NULL;

  if (lock != NULL)
    return lock;

  lock = new_zeroed (sizeof *lock);
  pthread_rwlock_init (lock, NULL);
  if (__atomic_compare_exchange_n (&self->p, &none, lock, FALSE, __ATOMIC_ACQ_REL,
                                   __ATOMIC_ACQUIRE))
    return lock;

  pthread_rwlock_destroy (lock);
  free (lock);
  return none;
}

void
g_rw_lock_init (GRWLock *self)
{
  __atomic_store_n (&self->p, NULL, __ATOMIC_RELAXED);
}

void
g_rw_lock_clear (GRWLock *self)
{
  pthread_rwlock_t *lock = __atomic_exchange_n (&self->p, NULL, __ATOMIC_ACQ_REL);

  if (lock == NULL)
    return;

  pthread_rwlock_destroy (lock);
  free (lock);
}

void
g_rw_lock_writer_lock (GRWLock *self)
{
  pthread_rwlock_wrlock (get_rw_lock (self));
}

gboolean
g_rw_lock_writer_trylock (GRWLock *self)
{
  return pthread_rwlock_trywrlock (get_rw_lock (self)) == 0;
}

void
g_rw_lock_writer_unlock (GRWLock *self)
{
  pthread_rwlock_unlock (get_rw_lock (self));
}

void
g_rw_lock_reader_lock (GRWLock *self)
{
  pthread_rwlock_rdlock (get_rw_lock (self));
}

gboolean
g_rw_lock_reader_trylock (GRWLock *self)
{
  return pthread_rwlock_tryrdlock (get_rw_lock (self)) == 0;
}

void
g_rw_lock_reader_unlock (GRWLock *self)
{
  pthread_rwlock_unlock (get_rw_lock (self));
}

/* GCond */

static pthread_cond_t *
get_cond (GCond *self)
{
  pthread_cond_t *cond = __atomic_load_n (&self->p, __ATOMIC_ACQUIRE);
  pthread_condattr_t attributes;
  gpointer none = NULL;

  if (cond != NULL)
    return cond;

  cond = new_zeroed (sizeof *cond);
  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_init (cond, &attributes);
  pthread_condattr_destroy (&attributes);
  if (__atomic_compare_exchange_n (&self->p, &none, cond, FALSE, __ATOMIC_ACQ_REL,
                                   __ATOMIC_ACQUIRE))
    return cond;

  pthread_cond_destroy (cond);
  free (cond);
  return none;
}

void
g_cond_init (GCond *self)
{
  __atomic_store_n (&self->p, NULL, __ATOMIC_RELAXED);
}

void
g_cond_clear (GCond *self)
{
  pthread_cond_t *cond = __atomic_exchange_n (&self->p, NULL, __ATOMIC_ACQ_REL);

  if (cond == NULL)
    return;

  pthread_cond_destroy (cond);
  free (cond);
}

void
g_cond_wait (GCond *self, GMutex *mutex)
{
  int code = pthread_cond_wait (get_cond (self), get_mutex (mutex));

  if (code != 0)
    give_up ("g_cond_wait", code);
}

gboolean
g_cond_wait_until (GCond *self, GMutex *mutex, gint64 end_time)
{
  const struct timespec end = {
    .tv_sec = end_time / G_USEC_PER_SEC,
    .tv_nsec = end_time % G_USEC_PER_SEC * 1000,
  };
  int code = pthread_cond_timedwait (get_cond (self), get_mutex (mutex), &end);

  if (code != 0 && code != ETIMEDOUT)
    give_up ("g_cond_wait_until", code);
  return code == 0;
}

void
g_cond_signal (GCond *self)
{
  pthread_cond_signal (get_cond (self));
}

void
g_cond_broadcast (GCond *self)
{
  pthread_cond_broadcast (get_cond (self));
}

/* Locks in a bit of something else, as of the data list of an object. */

gboolean (g_bit_trylock) (volatile gint *address, gint lock_bit)
{
  const gint mask = (gint) (1u << lock_bit);

  return (__atomic_fetch_or (address, mask, __ATOMIC_ACQUIRE) & mask) == 0;
}

void (g_bit_lock) (volatile gint *address, gint lock_bit)
{
  while (!(g_bit_trylock) (address, lock_bit))
    sched_yield ();
}

void (g_bit_unlock) (volatile gint *address, gint lock_bit)
{
  __atomic_fetch_and (address, (gint) ~(1u << lock_bit), __ATOMIC_RELEASE);
}

gboolean (g_pointer_bit_trylock) (volatile void *address, gint lock_bit)
{
  const gsize mask = (gsize) 1 << lock_bit;

  return (__atomic_fetch_or ((volatile gsize *) address, mask, __ATOMIC_ACQUIRE) & mask) == 0;
}

void (g_pointer_bit_lock) (volatile void *address, gint lock_bit)
{
  while (!(g_pointer_bit_trylock) (address, lock_bit))
    sched_yield ();
}

void (g_pointer_bit_unlock) (volatile void *address, gint lock_bit)
{
  __atomic_fetch_and ((volatile gsize *) address, ~((gsize) 1 << lock_bit), __ATOMIC_RELEASE);
}

/* Once: what is under way is marked by a one, and any number of them share a lock. */

static pthread_mutex_t once_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t once_done = PTHREAD_COND_INITIALIZER;

#define N_UNDER_WAY 64

static volatile void *under_way[N_UNDER_WAY];

static gboolean
is_under_way (volatile void *location)
{
  for (size_t i = 0; i < N_UNDER_WAY; i++)
    if (under_way[i] == location)
      return TRUE;

  return FALSE;
}

static void
replace_under_way (volatile void *location, volatile void *by)
{
  size_t i = 0;

  while (i < N_UNDER_WAY && under_way[i] != location)
    i++;
  if (i == N_UNDER_WAY)
    give_up ("g_once_init_enter", ENOSPC);
  under_way[i] = by;
}

gboolean (g_once_init_enter) (volatile void *location)
{
  gboolean mine = FALSE;

  pthread_mutex_lock (&once_lock);
  while (!mine && __atomic_load_n ((volatile gsize *) location, __ATOMIC_ACQUIRE) == 0)
    {
      mine = !is_under_way (location);
      if (mine)
        replace_under_way (NULL, location);
      else
        pthread_cond_wait (&once_done, &once_lock);
    }
  pthread_mutex_unlock (&once_lock);

  return mine;
}

void (g_once_init_leave) (volatile void *location, gsize result)
{
  pthread_mutex_lock (&once_lock);
  __atomic_store_n ((volatile gsize *) location, result, __ATOMIC_RELEASE);
  replace_under_way (location, NULL);
  pthread_cond_broadcast (&once_done);
  pthread_mutex_unlock (&once_lock);
}

gpointer
g_once_impl (GOnce *once, GThreadFunc func, gpointer arg)
{
  pthread_mutex_lock (&once_lock);
  while (once->status == G_ONCE_STATUS_PROGRESS)
    pthread_cond_wait (&once_done, &once_lock);

  if (once->status != G_ONCE_STATUS_READY)
    {
      gpointer value;

      once->status = G_ONCE_STATUS_PROGRESS;
      pthread_mutex_unlock (&once_lock);
      value = func (arg);
      pthread_mutex_lock (&once_lock);
      once->retval = value;
      __atomic_store_n (&once->status, G_ONCE_STATUS_READY, __ATOMIC_RELEASE);
      pthread_cond_broadcast (&once_done);
    }
  pthread_mutex_unlock (&once_lock);

  return once->retval;
}

/* Counts: those of GBytes, of g_atomic_rc_box_new() and of containers are all of this kind. */

void (g_atomic_ref_count_inc) (gatomicrefcount *count)
{
  __atomic_fetch_add (count, 1, __ATOMIC_RELAXED);
}

gboolean (g_atomic_ref_count_dec) (gatomicrefcount *count)
{
  return __atomic_fetch_sub (count, 1, __ATOMIC_ACQ_REL) == 1;
}

/* References to objects: who drops one has done with the object before whoever drops the last frees
 * it. Those before the last are dropped here, the last by GLib, after it was seen to be the last.
 */

static void (*unref_object) (gpointer);
static void (*destroy_handlers) (gpointer);

static gboolean
drop_one (gint *count, gint keep)
{
  gint before = __atomic_load_n (count, __ATOMIC_ACQUIRE);

  while (before > keep)
    if (__atomic_compare_exchange_n (count, &before, before - 1, TRUE, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE))
      return TRUE;

  return FALSE;
}

/* What has a toggle reference is told of the last but one, which only GLib can do. */
static gint
count_to_keep (GObject *object)
{
  return (g_datalist_get_flags (&object->qdata) & 1) != 0 ? 2 : 1;
}

void
g_object_unref (gpointer object)
{
  GObject *self = object;

  if (!drop_one ((gint *) &self->ref_count, count_to_keep (self)))
    unref_object (object);
}

/* A weak reference may have given somebody another one, who has dropped it, since it was seen to be
 * the last. GLib comes by here when that cannot be any more, and before it finalizes the object.
 */
void
g_signal_handlers_destroy (gpointer object)
{
  __atomic_load_n ((gint *) &((GObject *) object)->ref_count, __ATOMIC_ACQUIRE);
  destroy_handlers (object);
}

/* Classes: one that has been initialized is given out without a lock, after a look at a word that
 * says so. Whoever initialized it held GLib's lock on types to the end, so taking that for a moment
 * afterwards is to see all of the class; which is done once for each, or now and then once more.
 */

#define N_SEEN 256

static gpointer (*ref_class) (GType);
static GType seen[N_SEEN];

gpointer (g_type_class_ref) (GType type)
{
  gpointer klass = ref_class (type);
  GType *place = &seen[(type >> 4) % N_SEEN];
  guint n_children;

  if (__atomic_load_n (place, __ATOMIC_ACQUIRE) != type)
    {
      g_free (g_type_children (type, &n_children));
      __atomic_store_n (place, type, __ATOMIC_RELEASE);
    }

  return klass;
}

static void *
find_theirs (const char *name)
{
  void *theirs = dlsym (RTLD_NEXT, name);

  if (theirs == NULL)
    give_up (name, ENOENT);
  return theirs;
}

#define BINDING(name)                                                                              \
  {                                                                                                \
    (void *) (name), find_theirs (#name)                                                           \
  }

static void __attribute__ ((constructor)) make_visible (void)
{
  const PtpTsanBinding bindings[] = {
    BINDING (g_mutex_init),
    BINDING (g_mutex_clear),
    BINDING (g_mutex_lock),
    BINDING (g_mutex_trylock),
    BINDING (g_mutex_unlock),
    BINDING (g_rec_mutex_init),
    BINDING (g_rec_mutex_clear),
    BINDING (g_rec_mutex_lock),
    BINDING (g_rec_mutex_trylock),
    BINDING (g_rec_mutex_unlock),
    BINDING (g_rw_lock_init),
    BINDING (g_rw_lock_clear),
    BINDING (g_rw_lock_writer_lock),
    BINDING (g_rw_lock_writer_trylock),
    BINDING (g_rw_lock_writer_unlock),
    BINDING (g_rw_lock_reader_lock),
    BINDING (g_rw_lock_reader_trylock),
    BINDING (g_rw_lock_reader_unlock),
    BINDING (g_cond_init),
    BINDING (g_cond_clear),
    BINDING (g_cond_wait),
    BINDING (g_cond_wait_until),
    BINDING (g_cond_signal),
    BINDING (g_cond_broadcast),
    BINDING (g_bit_lock),
    BINDING (g_bit_trylock),
    BINDING (g_bit_unlock),
    BINDING (g_pointer_bit_lock),
    BINDING (g_pointer_bit_trylock),
    BINDING (g_pointer_bit_unlock),
    BINDING (g_once_init_enter),
    BINDING (g_once_init_leave),
    BINDING (g_once_impl),
    BINDING (g_object_unref),
    BINDING (g_atomic_ref_count_inc),
    BINDING (g_atomic_ref_count_dec),
    BINDING (g_signal_handlers_destroy),
    BINDING (g_type_class_ref),
  };

  ref_class = (gpointer (*) (GType)) find_theirs ("g_type_class_ref");
  unref_object = (void (*) (gpointer)) find_theirs ("g_object_unref");
  destroy_handlers = (void (*) (gpointer)) find_theirs ("g_signal_handlers_destroy");
  ptp_tsan_rebind (bindings, G_N_ELEMENTS (bindings));
}
