/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-atomic-file-stream-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* As many as the kernel follows. */
#define MAX_LINKS 40

struct _PtpAtomicFileStream
{
  GOutputStream parent_instance;

  GFile *file; /* (owned) */
  gboolean opened;
  gboolean closed;

  /* A local file */
  char *target;    /* (owned) (nullable): the file's name, behind symbolic links */
  char *temporary; /* (owned) (nullable): what is to be renamed, or removed */
  int fd;          /* -1 while there is none */

  /* Any other */
  GOutputStream *base; /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (PtpAtomicFileStream, ptp_atomic_file_stream, G_TYPE_OUTPUT_STREAM)

static gboolean
fail (GError **error, const char *what, const char *path)
{
  int errsv = errno;
  g_autofree char *name = g_filename_display_name (path);

  g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (errsv), "%s %s: %s", what, name,
               g_strerror (errsv));
  return FALSE;
}

/* A link may lead to a file that is not there yet: then that is what is made.
 *
 * Returns: (transfer full) (nullable)
 */
static char *
resolve_links (const char *path, GError **error)
{
  g_autofree char *resolved = g_strdup (path);

  for (int i = 0; i <= MAX_LINKS; i++)
    {
      g_autofree char *link = g_file_read_link (resolved, NULL);
      g_autofree char *folder = NULL;

      if (link == NULL)
        return g_steal_pointer (&resolved);

      folder = g_path_get_dirname (resolved);
      g_free (resolved);
      resolved = g_path_is_absolute (link) ? g_steal_pointer (&link)
                                           : g_build_filename (folder, link, NULL);
    }

  errno = ELOOP;
  fail (error, "Following the symbolic link", path);
  return NULL;
}

/* What cannot be kept must not give anybody more than before: without the owner's group, the group
 * gets what everybody else has.
 */
static gboolean
copy_access (PtpAtomicFileStream *self, const struct stat *old, GError **error)
{
  mode_t mode = old->st_mode & 0777;

  if (fchown (self->fd, old->st_uid, old->st_gid) != 0
      && fchown (self->fd, (uid_t) -1, old->st_gid) != 0)
    mode = (mode & ~(mode_t) 070) | (mode & 070 & (mode_t) (mode << 3));
  if (fchmod (self->fd, mode) == 0)
    return TRUE;

  return fail (error, "Setting the permissions of", self->temporary);
}

static gboolean
check_kind (const char *path, const struct stat *old, GError **error)
{
  g_autofree char *name = NULL;

  if (S_ISREG (old->st_mode))
    return TRUE;

  name = g_filename_display_name (path);
  if (S_ISDIR (old->st_mode))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY,
                 "%s is a folder, which a file cannot replace", name);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
                 "%s is not a regular file, and would be destroyed by replacing it; open it, and "
                 "write to the stream",
                 name);
  return FALSE;
}

/* What is there under @path must be what is there under the target: the links of /proc have a text
 * that is not where they lead. One that may not be written is not replaced either, though its
 * folder would let us.
 */
static gboolean
check_old (PtpAtomicFileStream *self,
           const char *path,
           struct stat *old,
           gboolean *exists,
           GError **error)
{
  struct stat behind;

  *exists = stat (path, old) == 0;
  if (!*exists && errno != ENOENT)
    return fail (error, "Looking at", path);
  if (!*exists)
    return TRUE;
  if (!check_kind (path, old, error))
    return FALSE;
  if (stat (self->target, &behind) != 0 || behind.st_dev != old->st_dev
      || behind.st_ino != old->st_ino)
    {
      errno = ENOENT;
      return fail (error, "Finding the name of the file behind", path);
    }
  if (faccessat (AT_FDCWD, self->target, W_OK, AT_EACCESS) != 0)
    return fail (error, "Replacing", self->target);

  return TRUE;
}

static gboolean
open_local (PtpAtomicFileStream *self, const char *path, GError **error)
{
  g_autofree char *folder = NULL, *temporary = NULL;
  struct stat old;
  gboolean exists;

  self->target = resolve_links (path, error);
  if (self->target == NULL || !check_old (self, path, &old, &exists, error))
    return FALSE;

  folder = g_path_get_dirname (self->target);
  temporary = g_build_filename (folder, ".ptp-XXXXXX", NULL);
  /* Nobody else sees what replaces a file before it has its permissions. */
  self->fd = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC, exists ? 0600 : 0666);
  if (self->fd < 0)
    return fail (error, "Making a file to be renamed, beside", self->target);

  self->temporary = g_steal_pointer (&temporary);
  return !exists || copy_access (self, &old, error);
}

static gboolean
ensure_open (PtpAtomicFileStream *self, GCancellable *cancellable, GError **error)
{
  g_autofree char *path = NULL;

  if (self->opened)
    return TRUE;

  path = g_file_get_path (self->file);
  if (path != NULL)
    {
      self->opened = open_local (self, path, error);
    }
  else
    {
      self->base
        = G_OUTPUT_STREAM (g_file_replace (self->file, NULL, FALSE,
                                           G_FILE_CREATE_REPLACE_DESTINATION, cancellable, error));
      self->opened = self->base != NULL;
    }

  return self->opened;
}

/* Leaves everything as it was. */
static void
undo (PtpAtomicFileStream *self)
{
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();

  self->closed = TRUE;
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
  if (self->temporary != NULL)
    (void) g_unlink (self->temporary);
  g_clear_pointer (&self->temporary, g_free);

  g_cancellable_cancel (cancelled);
  if (self->base != NULL)
    g_output_stream_close (self->base, cancelled, NULL);
}

static gssize
ptp_atomic_file_stream_write (GOutputStream *stream,
                              const void *buffer,
                              gsize size,
                              GCancellable *cancellable,
                              GError **error)
{
  PtpAtomicFileStream *self = PTP_ATOMIC_FILE_STREAM (stream);
  gssize n;

  if (!ensure_open (self, cancellable, error))
    return -1;
  if (self->base != NULL)
    return g_output_stream_write (self->base, buffer, size, cancellable, error);

  do
    n = write (self->fd, buffer, MIN (size, G_MAXSSIZE));
  while (n < 0 && errno == EINTR);

  if (n < 0)
    fail (error, "Writing what is to become", self->target);
  return n;
}

/* The rename must not be seen before the data are, and a failure of either is one of the file. */
static gboolean
commit (PtpAtomicFileStream *self, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (self->target);
  int fd = self->fd, folder_fd;

  if (fsync (fd) != 0 && errno != EINVAL && errno != EROFS && errno != ENOSYS)
    return fail (error, "Writing to the disk what is to become", self->target);

  self->fd = -1;
  if (close (fd) != 0 && errno != EINTR)
    return fail (error, "Closing what is to become", self->target);
  if (g_rename (self->temporary, self->target) != 0)
    return fail (error, "Renaming what was written to", self->target);

  g_clear_pointer (&self->temporary, g_free);
  folder_fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_fd >= 0)
    {
      (void) fsync (folder_fd);
      close (folder_fd);
    }
  return TRUE;
}

static gboolean
ptp_atomic_file_stream_close (GOutputStream *stream, GCancellable *cancellable, GError **error)
{
  PtpAtomicFileStream *self = PTP_ATOMIC_FILE_STREAM (stream);
  gboolean committed;

  if (self->closed)
    return TRUE;

  if (g_cancellable_set_error_if_cancelled (cancellable, error)
      || !ensure_open (self, cancellable, error))
    {
      undo (self);
      return FALSE;
    }

  committed = self->base != NULL ? g_output_stream_close (self->base, cancellable, error)
                                 : commit (self, error);
  if (!committed)
    undo (self);
  self->closed = TRUE;
  return committed;
}

/* Before the parent's, which closes the stream as if all were well. */
static void
ptp_atomic_file_stream_dispose (GObject *object)
{
  PtpAtomicFileStream *self = PTP_ATOMIC_FILE_STREAM (object);

  if (!self->closed)
    undo (self);

  G_OBJECT_CLASS (ptp_atomic_file_stream_parent_class)->dispose (object);
}

static void
ptp_atomic_file_stream_finalize (GObject *object)
{
  PtpAtomicFileStream *self = PTP_ATOMIC_FILE_STREAM (object);

  g_clear_object (&self->file);
  g_clear_object (&self->base);
  g_clear_pointer (&self->target, g_free);

  G_OBJECT_CLASS (ptp_atomic_file_stream_parent_class)->finalize (object);
}

static void
ptp_atomic_file_stream_class_init (PtpAtomicFileStreamClass *klass)
{
  GOutputStreamClass *stream_class = G_OUTPUT_STREAM_CLASS (klass);
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = ptp_atomic_file_stream_dispose;
  object_class->finalize = ptp_atomic_file_stream_finalize;
  stream_class->write_fn = ptp_atomic_file_stream_write;
  stream_class->close_fn = ptp_atomic_file_stream_close;
}

static void
ptp_atomic_file_stream_init (PtpAtomicFileStream *self)
{
  self->fd = -1;
}

GOutputStream *
ptp_atomic_file_stream_new (GFile *file)
{
  PtpAtomicFileStream *self = g_object_new (PTP_TYPE_ATOMIC_FILE_STREAM, NULL);

  self->file = g_object_ref (file);
  return G_OUTPUT_STREAM (self);
}
