/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-cli-target-private.h"

/* How often another name is tried. */
#define MAX_TRIES (100)

/* A name has 255 bytes nearly everywhere; the rest is for what the temporary one has more. */
#define MAX_STEM (200)

#define N_RANDOM (6)

/*
 * PtpCliTarget:
 *
 * A file that appears under its name when it is complete, and not before.
 *
 * It is written beside its place, under a name of its own that nobody had, and then renamed over
 * what was there, whose permissions it gets as far as possible.
 */
struct _PtpCliTarget
{
  GObject parent_instance;

  GFile *file;           /* (owned): where it goes */
  GFile *temporary;      /* (owned) (nullable): where it is; none once it is gone */
  GFileInfo *attributes; /* (owned) (nullable): to be set before it goes */
  GOutputStream *stream; /* (owned) (nullable) */
  guint n_tries;
};

G_DEFINE_FINAL_TYPE (PtpCliTarget, ptp_cli_target, G_TYPE_OBJECT)

static void try_next_name (GTask *task);

static void
ptp_cli_target_finalize (GObject *object)
{
  PtpCliTarget *self = PTP_CLI_TARGET (object);

  g_clear_object (&self->file);
  g_clear_object (&self->temporary);
  g_clear_object (&self->attributes);
  g_clear_object (&self->stream);

  G_OBJECT_CLASS (ptp_cli_target_parent_class)->finalize (object);
}

static void
ptp_cli_target_class_init (PtpCliTargetClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ptp_cli_target_finalize;
}

static void
ptp_cli_target_init (PtpCliTarget *self)
{
}

/* Where it is created */

static GFile *
get_sibling (GFile *file, const char *name)
{
  g_autoptr (GFile) parent = g_file_get_parent (file);

  return parent != NULL ? g_file_get_child (parent, name) : NULL;
}

static GFile *
make_temporary (GFile *file)
{
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  g_autofree char *stem = g_file_get_basename (file);
  g_autofree char *name = NULL;
  char random[N_RANDOM + 1] = { 0 };

  for (gsize i = 0; i < N_RANDOM; i++)
    random[i] = letters[g_random_int_range (0, (gint32) strlen (letters))];

  name = g_strdup_printf (".%.*s.%s.part", MAX_STEM, stem, random);
  return get_sibling (file, name);
}

/* GIO would name the temporary file, which says nothing to anybody. */
static GError *
explain_create (GFile *file, GError *error)
{
  g_autoptr (GFile) parent = g_file_get_parent (file);
  g_autofree char *folder = parent != NULL ? g_file_get_parse_name (parent) : g_strdup ("/");
  g_autoptr (GError) original = error;
  const char *why = NULL;

  if (g_error_matches (original, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    why = "there is no such directory";
  else if (g_error_matches (original, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY))
    why = "that is not a directory";
  else if (g_error_matches (original, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    why = "permission denied";
  else if (g_error_matches (original, G_IO_ERROR, G_IO_ERROR_READ_ONLY))
    why = "the file system is read-only";
  else if (g_error_matches (original, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    why = "no space is left there";

  return g_error_new (original->domain, original->code, "cannot create a file in %s: %s", folder,
                      why != NULL ? why : original->message);
}

static void
created_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  PtpCliTarget *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  GFileOutputStream *stream = g_file_create_finish (G_FILE (source), result, &error);

  if (stream != NULL)
    {
      self->stream = G_OUTPUT_STREAM (stream);
      g_task_return_pointer (task, g_object_ref (self), g_object_unref);
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_EXISTS) && self->n_tries < MAX_TRIES)
    {
      try_next_name (task);
    }
  else
    {
      g_clear_object (&self->temporary);
      g_task_return_error (task, explain_create (self->file, g_steal_pointer (&error)));
    }
}

static void
try_next_name (GTask *task)
{
  PtpCliTarget *self = g_task_get_task_data (task);

  self->n_tries++;
  g_clear_object (&self->temporary);
  self->temporary = make_temporary (self->file);
  if (self->temporary == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY, "it is a directory");
      return;
    }

  /* Until it has the permissions of what it replaces, nobody else reads it. It cannot be cancelled:
   * a file that was created after all would stay.
   */
  g_file_create_async (self->temporary,
                       self->attributes != NULL ? G_FILE_CREATE_PRIVATE : G_FILE_CREATE_NONE,
                       G_PRIORITY_DEFAULT, NULL, created_cb, g_object_ref (task));
}

static GFileInfo *
copy_attributes (GFileInfo *existing)
{
  static const char *const names[] = { G_FILE_ATTRIBUTE_UNIX_UID, G_FILE_ATTRIBUTE_UNIX_GID };
  g_autoptr (GFileInfo) attributes = g_file_info_new ();
  guint32 mode = g_file_info_get_attribute_uint32 (existing, G_FILE_ATTRIBUTE_UNIX_MODE);

  if (!g_file_info_has_attribute (existing, G_FILE_ATTRIBUTE_UNIX_MODE))
    return NULL;

  /* Whoever writes into a file takes its set-user-ID bits away, so they are not kept. */
  g_file_info_set_attribute_uint32 (attributes, G_FILE_ATTRIBUTE_UNIX_MODE, mode & 0777);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_file_info_has_attribute (existing, names[i]))
      g_file_info_set_attribute_uint32 (attributes, names[i],
                                        g_file_info_get_attribute_uint32 (existing, names[i]));
  return g_steal_pointer (&attributes);
}

/* Creates the temporary file for @file; @existing is about what is there, if anything. */
void
ptp_cli_target_create_async (GFile *file,
                             GFileInfo *existing,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  PtpCliTarget *self = g_object_new (PTP_TYPE_CLI_TARGET, NULL);

  self->file = g_object_ref (file);
  if (existing != NULL)
    self->attributes = copy_attributes (existing);
  g_task_set_source_tag (task, ptp_cli_target_create_async);
  g_task_set_task_data (task, self, g_object_unref);
  try_next_name (task);
}

PtpCliTarget *
ptp_cli_target_create_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

GOutputStream *
ptp_cli_target_get_stream (PtpCliTarget *self)
{
  return self->stream;
}

/* It is complete */

static void
moved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  PtpCliTarget *self = g_task_get_source_object (task);
  GError *error = NULL;

  if (!g_file_move_finish (G_FILE (source), result, &error))
    {
      g_prefix_error (&error, "cannot rename the complete file into place: ");
      g_task_return_error (task, error);
      return;
    }

  g_clear_object (&self->temporary);
  g_task_return_boolean (task, TRUE);
}

static void
move (PtpCliTarget *self, GFile *to, GAsyncReadyCallback callback, GTask *task)
{
  g_file_move_async (self->temporary, to,
                     G_FILE_COPY_OVERWRITE | G_FILE_COPY_NOFOLLOW_SYMLINKS
                       | G_FILE_COPY_NO_FALLBACK_FOR_MOVE,
                     G_PRIORITY_DEFAULT, NULL, NULL, NULL, callback, task);
}

static void
attributes_set_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  PtpCliTarget *self = g_task_get_source_object (task);
  g_autoptr (GFileInfo) info = NULL;
  g_autoptr (GError) error = NULL;

  /* Only the owner can give a file away, so this may fail; the permissions are set all the same. */
  if (!g_file_set_attributes_finish (G_FILE (source), result, &info, &error))
    g_debug ("Not all permissions could be kept: %s", error->message);

  move (self, self->file, moved_cb, g_steal_pointer (&task));
}

/* Puts the file into place. Its stream must be closed. */
void
ptp_cli_target_commit_async (PtpCliTarget *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, ptp_cli_target_commit_async);
  if (self->attributes == NULL)
    move (self, self->file, moved_cb, g_steal_pointer (&task));
  else
    g_file_set_attributes_async (self->temporary, self->attributes, G_FILE_QUERY_INFO_NONE,
                                 G_PRIORITY_DEFAULT, NULL, attributes_set_cb,
                                 g_steal_pointer (&task));
}

gboolean
ptp_cli_target_commit_finish (PtpCliTarget *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* It is not */

static void
kept_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  PtpCliTarget *self = g_task_get_source_object (task);
  GFile *part = g_task_get_task_data (task);
  g_autoptr (GFile) kept = NULL;

  /* Where it is, is better than nowhere. */
  if (g_file_move_finish (G_FILE (source), result, NULL))
    kept = g_object_ref (part);
  else
    kept = g_object_ref (self->temporary);

  g_clear_object (&self->temporary);
  g_task_return_pointer (task, g_file_get_parse_name (kept), g_free);
}

static void
deleted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  PtpCliTarget *self = g_task_get_source_object (task);
  GError *error = NULL;

  if (!g_file_delete_finish (G_FILE (source), result, &error)
      && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      g_task_return_error (task, error);
      return;
    }

  g_clear_error (&error);
  g_clear_object (&self->temporary);
  g_task_return_pointer (task, NULL, NULL);
}

/* Removes the temporary file, or keeps it as NAME.part. */
void
ptp_cli_target_discard_async (PtpCliTarget *self,
                              gboolean keep,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  g_autofree char *basename = g_file_get_basename (self->file);
  g_autofree char *name = g_strconcat (basename, ".part", NULL);
  g_autoptr (GFile) part = get_sibling (self->file, name);

  g_task_set_source_tag (task, ptp_cli_target_discard_async);
  g_task_set_task_data (task, g_object_ref (part), g_object_unref);
  if (self->temporary == NULL)
    g_task_return_pointer (task, NULL, NULL);
  else if (keep)
    move (self, part, kept_cb, g_steal_pointer (&task));
  else
    g_file_delete_async (self->temporary, G_PRIORITY_DEFAULT, NULL, deleted_cb,
                         g_steal_pointer (&task));
}

/* Returns the name of what was kept, NULL if nothing was; then look at the error. */
char *
ptp_cli_target_discard_finish (PtpCliTarget *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* For those who are told to leave at once. */
void
ptp_cli_target_discard_now (PtpCliTarget *self)
{
  if (self->temporary != NULL)
    g_file_delete (self->temporary, NULL, NULL);
  g_clear_object (&self->temporary);
}
