/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A file that appears under its name when it is complete, where files cannot be created, renamed
 * or deleted.
 */

#include "ptp-test-util.h"

#include <glib/gstdio.h>

#include "ptp-cli-target-private.h"

typedef struct
{
  char *folder; /* (owned) */
  GFile *file;  /* (owned): where the target goes */
  PtpCliTarget *target;
  GAsyncResult *result; /* (owned) (nullable) */
} Fixture;

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *self = user_data;

  g_assert_null (self->result);
  self->result = g_object_ref (result);
}

static void
fixture_init (Fixture *self)
{
  g_autoptr (GFile) folder = NULL;

  *self = (Fixture){ .folder = g_dir_make_tmp ("test-cli-target-XXXXXX", NULL) };
  g_assert_nonnull (self->folder);
  folder = g_file_new_for_path (self->folder);
  self->file = g_file_get_child (folder, "file");
}

static void
fixture_clear (Fixture *self)
{
  if (self->target != NULL)
    g_assert_finalize_object (self->target);
  g_clear_object (&self->file);
  g_assert_no_errno (g_rmdir (self->folder));
  g_free (self->folder);
}

static void
create (Fixture *self, GFile *file, GFileInfo *existing, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  ptp_cli_target_create_async (file, existing, done_cb, self);
  ptp_test_until_set (&self->result);
  result = g_steal_pointer (&self->result);
  self->target = ptp_cli_target_create_finish (result, error);
}

/* As above, and writes a word. */
static void
create_written (Fixture *self, GFileInfo *existing)
{
  GOutputStream *stream;
  g_autoptr (GError) error = NULL;

  create (self, self->file, existing, &error);
  g_assert_no_error (error);
  stream = ptp_cli_target_get_stream (self->target);
  g_assert_true (g_output_stream_write_all (stream, "word", 4, NULL, NULL, &error));
  g_assert_true (g_output_stream_close (stream, NULL, &error));
  g_assert_no_error (error);
}

static char *
discard (Fixture *self, gboolean keep, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  ptp_cli_target_discard_async (self->target, keep, done_cb, self);
  ptp_test_until_set (&self->result);
  result = g_steal_pointer (&self->result);
  return ptp_cli_target_discard_finish (self->target, result, error);
}

static gboolean
commit (Fixture *self, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  ptp_cli_target_commit_async (self->target, done_cb, self);
  ptp_test_until_set (&self->result);
  result = g_steal_pointer (&self->result);
  return ptp_cli_target_commit_finish (self->target, result, error);
}

/* Returns: (transfer full) (nullable): the only file that is there */
static char *
find_only (Fixture *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);
  const char *name = g_dir_read_name (dir);
  char *path = name != NULL ? g_build_filename (self->folder, name, NULL) : NULL;

  g_assert_null (g_dir_read_name (dir));
  return path;
}

static void
assert_empty (Fixture *self)
{
  g_autofree char *path = find_only (self);

  g_assert_null (path);
}

static void
assert_cannot_be_created (Fixture *self, GFile *file, int code, const char *why)
{
  g_autoptr (GError) error = NULL;

  create (self, file, NULL, &error);
  g_assert_null (self->target);
  g_assert_error (error, G_IO_ERROR, code);
  g_assert_nonnull (strstr (error->message, why));
}

static void
test_where_nothing_can_be_created (void)
{
  g_autoptr (GFile) root = g_file_new_for_path ("/");
  g_autoptr (GFile) below_missing = NULL;
  g_autoptr (GFile) below_file = NULL;
  g_autoptr (GError) error = NULL;
  Fixture t;

  fixture_init (&t);
  below_missing = g_file_resolve_relative_path (t.file, "name");
  assert_cannot_be_created (&t, below_missing, G_IO_ERROR_NOT_FOUND, "there is no such directory");

  g_assert_true (g_file_set_contents (g_file_peek_path (t.file), "", 0, &error));
  below_file = g_file_resolve_relative_path (t.file, "name");
  assert_cannot_be_created (&t, below_file, G_IO_ERROR_NOT_DIRECTORY, "that is not a directory");
  assert_cannot_be_created (&t, root, G_IO_ERROR_IS_DIRECTORY, "it is a directory");

  g_assert_no_errno (g_unlink (g_file_peek_path (t.file)));
  fixture_clear (&t);
}

/* Until it is put into place, nothing has its name. */
static void
test_commit (void)
{
  g_autofree char *temporary = NULL;
  g_autofree char *only = NULL;
  g_autofree char *content = NULL;
  g_autoptr (GError) error = NULL;
  Fixture t;

  fixture_init (&t);
  create_written (&t, NULL);
  temporary = find_only (&t);
  g_assert_cmpstr (temporary, !=, g_file_peek_path (t.file));
  g_assert_true (commit (&t, &error));
  g_assert_no_error (error);
  only = find_only (&t);
  g_assert_cmpstr (only, ==, g_file_peek_path (t.file));
  g_assert_true (g_file_get_contents (only, &content, NULL, &error));
  g_assert_cmpstr (content, ==, "word");

  g_assert_no_errno (g_unlink (only));
  fixture_clear (&t);
}

/* What is known of the file that was there may say nothing of permissions. */
static void
test_replaced_without_permissions (void)
{
  g_autoptr (GFileInfo) existing = g_file_info_new ();
  g_autoptr (GError) error = NULL;
  Fixture t;

  fixture_init (&t);
  create_written (&t, existing);
  g_assert_true (commit (&t, &error));
  g_assert_no_error (error);
  g_assert_no_errno (g_unlink (g_file_peek_path (t.file)));
  fixture_clear (&t);
}

/* A directory that has appeared in its place is left alone, and so is the file. */
static void
test_commit_over_directory (void)
{
  g_autofree char *kept = NULL;
  g_autoptr (GError) error = NULL;
  Fixture t;

  fixture_init (&t);
  create_written (&t, NULL);
  g_assert_no_errno (g_mkdir (g_file_peek_path (t.file), 0700));
  g_assert_false (commit (&t, &error));
  g_assert_nonnull (error);
  g_assert_true (g_str_has_prefix (error->message, "cannot rename the complete file into place"));
  g_clear_error (&error);

  kept = discard (&t, FALSE, &error);
  g_assert_no_error (error);
  g_assert_null (kept);
  g_assert_no_errno (g_rmdir (g_file_peek_path (t.file)));
  assert_empty (&t);
  fixture_clear (&t);
}

/* When NAME.part cannot be had, what is kept keeps the name it has. */
static void
test_keep_beside (void)
{
  g_autofree char *temporary = NULL;
  g_autofree char *part = NULL;
  g_autofree char *kept = NULL;
  g_autoptr (GError) error = NULL;
  Fixture t;

  fixture_init (&t);
  create_written (&t, NULL);
  temporary = find_only (&t);
  part = g_strconcat (g_file_peek_path (t.file), ".part", NULL);
  g_assert_no_errno (g_mkdir (part, 0700));
  kept = discard (&t, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (kept, ==, temporary);

  g_assert_no_errno (g_rmdir (part));
  g_assert_no_errno (g_unlink (temporary));
  fixture_clear (&t);
}

/* What cannot be deleted is not passed over in silence; what is gone already is. */
static void
test_discard_what_is_not_there (void)
{
  g_autofree char *temporary = NULL;
  g_autofree char *inside = NULL;
  g_autofree char *kept = NULL;
  g_autoptr (GError) error = NULL;
  Fixture t;

  fixture_init (&t);
  create_written (&t, NULL);
  temporary = find_only (&t);
  inside = g_build_filename (temporary, "inside", NULL);
  g_assert_no_errno (g_unlink (temporary));
  g_assert_no_errno (g_mkdir (temporary, 0700));
  g_assert_no_errno (g_mkdir (inside, 0700));
  kept = discard (&t, FALSE, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_EMPTY);
  g_assert_null (kept);
  g_clear_error (&error);

  g_assert_no_errno (g_rmdir (inside));
  g_assert_no_errno (g_rmdir (temporary));
  kept = discard (&t, FALSE, &error);
  g_assert_no_error (error);
  g_assert_null (kept);
  fixture_clear (&t);
}

/* As often as is wanted. */
static void
test_discard_now (void)
{
  g_autofree char *kept = NULL;
  g_autoptr (GError) error = NULL;
  Fixture t;

  fixture_init (&t);
  create_written (&t, NULL);
  ptp_cli_target_discard_now (t.target);
  assert_empty (&t);
  ptp_cli_target_discard_now (t.target);
  kept = discard (&t, TRUE, &error);
  g_assert_no_error (error);
  g_assert_null (kept);
  assert_empty (&t);
  fixture_clear (&t);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cli/target/nowhere", test_where_nothing_can_be_created);
  g_test_add_func ("/cli/target/commit", test_commit);
  g_test_add_func ("/cli/target/replaced", test_replaced_without_permissions);
  g_test_add_func ("/cli/target/over-directory", test_commit_over_directory);
  g_test_add_func ("/cli/target/keep-beside", test_keep_beside);
  g_test_add_func ("/cli/target/not-there", test_discard_what_is_not_there);
  g_test_add_func ("/cli/target/discard-now", test_discard_now);

  return g_test_run ();
}
