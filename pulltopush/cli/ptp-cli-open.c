/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-cli-open-private.h"

#include "ptp-cli-socket-private.h"
#include "ptp-cli-special-private.h"
#include "ptp-cli-standard-private.h"

/* As many as Linux follows. */
#define MAX_LINKS (40)

#define ATTRIBUTES                                                                                 \
  G_FILE_ATTRIBUTE_STANDARD_TYPE                                                                   \
  "," G_FILE_ATTRIBUTE_STANDARD_SYMLINK_TARGET "," G_FILE_ATTRIBUTE_ID_FILE                        \
  "," G_FILE_ATTRIBUTE_ACCESS_CAN_WRITE "," G_FILE_ATTRIBUTE_UNIX_MODE                             \
  "," G_FILE_ATTRIBUTE_UNIX_UID "," G_FILE_ATTRIBUTE_UNIX_GID

/* One side while it is opened. */
typedef struct
{
  PtpCliSide side;
  char *source_id; /* (owned) (nullable): what the destination must not be */
  GFile *file;     /* (owned) (nullable): behind the links followed so far */
  char *id;        /* (owned) (nullable): of the regular file */
  guint n_links;
} Opening;

static void
opening_free (Opening *opening)
{
  g_free (opening->source_id);
  g_clear_object (&opening->file);
  g_free (opening->id);
  g_free (opening);
}

static void query_link (GTask *task);

static void
return_opened (GTask *task, PtpCliOpened *opened, GError *error)
{
  if (opened != NULL)
    g_task_return_pointer (task, opened, (GDestroyNotify) ptp_cli_opened_free);
  else
    g_task_return_error (task, error);
}

/* GIO's messages about names start with what it did with them, which we know. */
static GError *
shorten (GError *error)
{
  g_autoptr (GError) original = error;
  const char *text = original->message;

  if (g_error_matches (original, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    text = "there is no such file or directory";
  else if (g_error_matches (original, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY))
    text = "something in the path is not a directory";
  else if (g_error_matches (original, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    text = "permission denied";
  else if (g_error_matches (original, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY))
    text = "it is a directory";
  else if (g_error_matches (original, G_IO_ERROR, G_IO_ERROR_NOT_MOUNTED))
    text = "it is not mounted";

  return g_error_new_literal (original->domain, original->code, text);
}

static void
return_shortened (GTask *task, GError *error)
{
  g_task_return_error (task, shorten (error));
}

static void
return_is_directory (GTask *task)
{
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY, "it is a directory");
}

static void
special_opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  PtpCliOpened *opened = ptp_cli_special_open_finish (result, &error);

  return_opened (task, opened, error);
}

static void
open_special (GTask *task)
{
  const Opening *opening = g_task_get_task_data (task);

  ptp_cli_special_open_async (opening->file, opening->side, g_task_get_cancellable (task),
                              special_opened_cb, g_object_ref (task));
}

static gboolean
is_special (GFileInfo *info, GFile *file)
{
  return g_file_info_get_file_type (info) == G_FILE_TYPE_SPECIAL && g_file_peek_path (file) != NULL;
}

/* A source */

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Opening *opening = g_task_get_task_data (task);
  GError *error = NULL;
  GFileInputStream *stream = g_file_read_finish (G_FILE (source), result, &error);
  PtpCliOpened *opened;

  if (stream == NULL)
    {
      return_shortened (task, error);
      return;
    }

  opened = ptp_cli_opened_new ();
  opened->input = G_INPUT_STREAM (stream);
  opened->id = g_steal_pointer (&opening->id);
  return_opened (task, opened, NULL);
}

static void
source_queried_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Opening *opening = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);

  /* What can be read need not be able to tell about itself. */
  if (info == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
    {
      return_shortened (task, g_steal_pointer (&error));
      return;
    }
  if (info != NULL && g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY)
    {
      return_is_directory (task);
      return;
    }
  if (info != NULL && is_special (info, opening->file))
    {
      open_special (task);
      return;
    }

  if (info != NULL)
    opening->id = g_strdup (g_file_info_get_attribute_string (info, G_FILE_ATTRIBUTE_ID_FILE));
  g_file_read_async (opening->file, G_PRIORITY_DEFAULT, g_task_get_cancellable (task), read_cb,
                     g_object_ref (task));
}

/* A destination */

static void
target_created_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  PtpCliTarget *target = ptp_cli_target_create_finish (result, &error);
  PtpCliOpened *opened;

  if (target == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    {
      ptp_cli_target_discard_now (target);
      g_object_unref (target);
      g_task_return_error_if_cancelled (task);
      return;
    }

  opened = ptp_cli_opened_new ();
  opened->target = target;
  opened->output = g_object_ref (ptp_cli_target_get_stream (target));
  return_opened (task, opened, NULL);
}

static void
create_target (GTask *task, GFileInfo *existing)
{
  const Opening *opening = g_task_get_task_data (task);

  ptp_cli_target_create_async (opening->file, existing, target_created_cb, g_object_ref (task));
}

static void
follow_link (GTask *task, GFileInfo *info)
{
  Opening *opening = g_task_get_task_data (task);
  const char *target = g_file_info_get_symlink_target (info);
  g_autoptr (GFile) parent = g_file_get_parent (opening->file);
  g_autoptr (GFile) next
    = target != NULL && parent != NULL ? g_file_resolve_relative_path (parent, target) : NULL;

  if (next == NULL || ++opening->n_links > MAX_LINKS)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_TOO_MANY_LINKS,
                               "its symbolic links lead nowhere");
      return;
    }

  g_set_object (&opening->file, next);
  query_link (task);
}

static void
replace_regular (GTask *task, GFileInfo *info)
{
  const Opening *opening = g_task_get_task_data (task);

  if (opening->source_id != NULL
      && g_strcmp0 (opening->source_id,
                    g_file_info_get_attribute_string (info, G_FILE_ATTRIBUTE_ID_FILE))
           == 0)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                             "it is the same file as the source");
  else if (g_file_info_has_attribute (info, G_FILE_ATTRIBUTE_ACCESS_CAN_WRITE)
           && !g_file_info_get_attribute_boolean (info, G_FILE_ATTRIBUTE_ACCESS_CAN_WRITE))
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                             "permission denied: the file is there and may not be written");
  else
    create_target (task, info);
}

static gboolean
may_be_created (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
}

static void
link_queried_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);

  if (info == NULL && may_be_created (error))
    create_target (task, NULL);
  else if (info == NULL)
    return_shortened (task, g_steal_pointer (&error));
  else if (g_file_info_get_file_type (info) == G_FILE_TYPE_SYMBOLIC_LINK)
    follow_link (task, info);
  else
    replace_regular (task, info);
}

static void
query_link (GTask *task)
{
  const Opening *opening = g_task_get_task_data (task);

  g_file_query_info_async (opening->file, ATTRIBUTES, G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS,
                           G_PRIORITY_DEFAULT, g_task_get_cancellable (task), link_queried_cb,
                           g_object_ref (task));
}

/* What is to be replaced must be found behind its links; what is to be written as it is need not,
 * and cannot always: the links of /dev/fd lead to no name.
 */
static void
destination_queried_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const Opening *opening = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);

  if (info == NULL && !may_be_created (error))
    return_shortened (task, g_steal_pointer (&error));
  else if (info != NULL && g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY)
    return_is_directory (task);
  else if (info != NULL && is_special (info, opening->file))
    open_special (task);
  else
    query_link (task);
}

/* Either */

static void
socket_opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  PtpCliOpened *opened = ptp_cli_socket_open_finish (result, &error);

  return_opened (task, opened, error);
}

static void
open_standard (GTask *task)
{
  const Opening *opening = g_task_get_task_data (task);
  GError *error = NULL;
  PtpCliOpened *opened = ptp_cli_standard_open (opening->side, &error);

  if (opened != NULL && opened->id != NULL && g_strcmp0 (opened->id, opening->source_id) == 0)
    {
      g_clear_pointer (&opened, ptp_cli_opened_free);
      g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           "it is the same file as the source");
    }

  return_opened (task, opened, error);
}

static void
open_file (GTask *task)
{
  const Opening *opening = g_task_get_task_data (task);

  g_file_query_info_async (opening->file, ATTRIBUTES, G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT,
                           g_task_get_cancellable (task),
                           opening->side == PTP_CLI_SIDE_DESTINATION ? destination_queried_cb
                                                                     : source_queried_cb,
                           g_object_ref (task));
}

/* Opens @place; a destination that is the regular file @source_id is refused. */
void
ptp_cli_open_async (const PtpCliPlace *place,
                    const PtpCliOptions *options,
                    const char *source_id,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Opening *opening = g_new0 (Opening, 1);

  opening->side = place->side;
  opening->source_id = g_strdup (source_id);
  g_set_object (&opening->file, place->file);
  g_task_set_source_tag (task, ptp_cli_open_async);
  g_task_set_task_data (task, opening, (GDestroyNotify) opening_free);

  if (place->kind == PTP_CLI_PLACE_STANDARD)
    open_standard (task);
  else if (place->kind == PTP_CLI_PLACE_FILE)
    open_file (task);
  else
    ptp_cli_socket_open_async (place, options, cancellable, socket_opened_cb, g_object_ref (task));
}

PtpCliOpened *
ptp_cli_open_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
