/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-model-trials.h"

#include <string.h>

/* What a call looks like in C: of a stream, and of a task; words in braces are filled in. */
typedef struct
{
  const char *op;
  const char *stream;
  const char *task; /* (nullable): the same; "": there is no such call */
} Text;

#define OBJECT "w->slots[{slot}].object"

static const Text texts[] = {
  { "turn", "ptp_model_world_turn (w, {turns});", NULL },
  { "drain", "ptp_model_world_drain (w);", NULL },
  { "start", "ptp_pull_to_push_start_streaming (" OBJECT ");", "" },
  { "stop-streaming", "ptp_pull_to_push_stop_streaming (" OBJECT ");", "" },
  { "unregistered", "ptp_push_producer_unregistered (" OBJECT ");", "" },
  { "stop", "ptp_push_producer_stop_producing (" OBJECT ", {reason});",
    "ptp_cooperative_task_stop (" OBJECT ");" },
  { "pause", "ptp_push_producer_pause_producing (" OBJECT ");",
    "ptp_cooperative_task_pause (" OBJECT ");" },
  { "resume", "ptp_push_producer_resume_producing (" OBJECT ");",
    "ptp_cooperative_task_resume (" OBJECT ");" },
  { "hold", "ptp_pull_to_push_hold (" OBJECT ", \"{name}\");", "" },
  { "release", "ptp_pull_to_push_release (" OBJECT ", \"{name}\");", "" },
  { "ready", "ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (w->slots[{slot}].producer));",
    "ptp_cooperative_task_ready (" OBJECT ");" },
  { "break",
    "ptp_pull_producer_emit_broken (PTP_PULL_PRODUCER (w->slots[{slot}].producer), {reason});",
    "" },
  { "wait", "ptp_model_world_wait (w, {slot}, {cancellable});", NULL },
  { "dispose", "g_object_run_dispose (" OBJECT ");", NULL },
  { "cancel", "g_cancellable_cancel (w->cancellables[{which}]);", NULL },
  { "set-cancellable", "ptp_pull_to_push_set_cancellable (" OBJECT ", {cancels});", "" },
  { "new-cancellable", "ptp_model_world_renew_cancellable (w, {which});", NULL },
  { "add", "ptp_model_world_add_{kind};", NULL },
  { "register",
    "ptp_consumer_register_push_producer (PTP_CONSUMER (w->consumer), " OBJECT ", NULL);", "" },
  { "finish", "ptp_consumer_finish (PTP_CONSUMER (w->consumer), NULL);", NULL },
  { "abort", "ptp_consumer_abort (PTP_CONSUMER (w->consumer), {reason}, NULL);", NULL },
  { "settle", "ptp_consumer_emit_settle{settle}", NULL },
  { "wait-settled", "ptp_model_world_wait_settled (w, {cancellable});", NULL },
  { "desired-size", "ptp_consumer_get_desired_size (PTP_CONSUMER (w->consumer));", NULL },
  { "close", "w->closed = {closed};", NULL },
  { "drop", "ptp_model_world_drop (w, {slot});", NULL },
  { "drop-producer", "ptp_model_world_drop_producer (w, {slot});", NULL },
  { "drop-consumer", "ptp_model_world_drop_consumer (w);", NULL },
  { "slice", "ptp_cooperator_set_slice (w->cooperator, {slice});", NULL },
  { "advance", "w->now += {time};", NULL },
  { "clock", "ptp_model_world_set_clock (w, w->cooperator);", NULL },
  { "answer", "ptp_model_world_answer (w, {arg}); /* {answer} */", NULL },
  { "answer-write", "ptp_model_world_answer_write (w, {arg}); /* {boolean} */", NULL },
  { "answer-register", "ptp_model_world_answer_register (w, {arg}); /* {boolean} */", NULL },
  { "answer-end", "ptp_model_world_answer_end (w, {arg}); /* {end} */", NULL },
  { "rest", "w->config.rest = {rest}; /* {resting} */", NULL },
};

static const char *const wheres[]
  = { "now",   "produce", "produced", "write", "register", "unregister", "finish",
      "abort", "cancel",  "notify",   "end",   "waited",   "destroy" };

static const char *const where_names[]
  = { "PTP_MODEL_NOW",       "PTP_MODEL_IN_PRODUCE",  "PTP_MODEL_IN_PRODUCED",
      "PTP_MODEL_IN_WRITE",  "PTP_MODEL_IN_REGISTER", "PTP_MODEL_IN_UNREGISTER",
      "PTP_MODEL_IN_FINISH", "PTP_MODEL_IN_ABORT",    "PTP_MODEL_IN_CANCEL",
      "PTP_MODEL_IN_NOTIFY", "PTP_MODEL_IN_END",      "PTP_MODEL_IN_WAITED",
      "PTP_MODEL_IN_DESTROY" };

static char *
say_answer (guint8 arg)
{
  static const char *const results[16] = { "MORE",
                                           "MORE",
                                           "MORE",
                                           "MORE",
                                           "MORE",
                                           "PENDING",
                                           "PENDING",
                                           "PENDING",
                                           "FINISHED",
                                           "FAILED, error",
                                           "FAILED, none",
                                           "MORE, error",
                                           "PENDING, error",
                                           "FINISHED, error",
                                           "-1",
                                           "17" };
  guint n = (arg >> 4) & 3;

  return g_strdup_printf ("%s; %u writes%s%s", results[arg & 15], n,
                          n > 0 && (arg & 128) != 0 ? " of 17 bytes" : "",
                          n > 0 && (arg & 64) != 0 ? ", their errors swallowed" : "");
}

static char *
say_word (const char *word, guint8 arg)
{
  static const char *const booleans[]
    = { "TRUE", "FALSE, error", "FALSE, none", "TRUE, error", "FALSE, CLOSED", "2" };
  static const char *const cancels[]
    = { "NULL", "w->cancellables[0]", "w->cancellables[1]", "NULL" };
  static const char *const slices[] = { "0", "1", "PTP_SLICE_DEFAULT", "G_USEC_PER_SEC" };
  static const char *const times[]
    = { "1", "2", "3", "10", "100", "1000", "G_USEC_PER_SEC", "5 * G_USEC_PER_SEC" };
  static const char *const rests[] = { "PENDING", "PENDING",       "PENDING",       "MORE",
                                       "MORE",    "MORE, 1 write", "MORE, 1 write", "FINISHED" };
  static const char *const settles[] = { "d (PTP_CONSUMER (w->consumer), PTP_SETTLEMENT_FINISHED);",
                                         "d (PTP_CONSUMER (w->consumer), PTP_SETTLEMENT_ABORTED);",
                                         "_failed (PTP_CONSUMER (w->consumer), w->reasons[1]);",
                                         "d (PTP_CONSUMER (w->consumer), (PtpSettlement) 17);" };
  static const char *const ends[] = { "DONE",          "DONE, error",  "PENDING",        "PENDING",
                                      "FAILED, error", "FAILED, none", "PENDING, error", "17" };
  guint high = (arg >> 2) & 3;

  if (g_str_equal (word, "slot"))
    return g_strdup_printf ("%d", arg & 3);
  if (g_str_equal (word, "turns"))
    return g_strdup_printf ("%d", (arg & 3) + 1);
  if (g_str_equal (word, "name"))
    return g_strdup (ptp_model_names[high]);
  if (g_str_equal (word, "which"))
    return g_strdup_printf ("%u", high & 1);
  if (g_str_equal (word, "cancellable"))
    return g_strdup_printf ("%u", high % 3);
  if (g_str_equal (word, "cancels"))
    return g_strdup (cancels[high]);
  if (g_str_equal (word, "slice"))
    return g_strdup (slices[high]);
  if (g_str_equal (word, "time"))
    return g_strdup (times[(arg >> 2) & 7]);
  if (g_str_equal (word, "closed"))
    return g_strdup ((arg & 4) == 0 ? "TRUE" : "FALSE");
  if (g_str_equal (word, "rest"))
    return g_strdup_printf ("%d", arg & 7);
  if (g_str_equal (word, "resting"))
    return g_strdup (rests[arg & 7]);
  if (g_str_equal (word, "answer"))
    return say_answer (arg);
  if (g_str_equal (word, "boolean"))
    return g_strdup (booleans[arg % 6]);
  if (g_str_equal (word, "end"))
    return g_strdup (ends[arg & 7]);
  if (g_str_equal (word, "settle"))
    return g_strdup (settles[high]);
  if (g_str_equal (word, "reason"))
    return g_strdup_printf ("w->reasons[%d]", (arg & 4) != 0);
  if (g_str_equal (word, "kind") && high == 3)
    return g_strdup_printf ("task (w, %d)", arg & 3);
  if (g_str_equal (word, "kind"))
    return g_strdup_printf ("stream (w, %d, %s, (PtpPullToPushFlags) %d)", arg & 3,
                            high == 2 ? "NULL" : "w->cooperator", (arg >> 4) & 3);

  return g_strdup_printf ("%u", arg);
}

static void
fill_in (GString *out, const char *text, guint8 arg)
{
  while (*text != '\0')
    {
      const char *open = strchr (text, '{');
      const char *close = open != NULL ? strchr (open, '}') : NULL;

      if (close == NULL)
        {
          g_string_append (out, text);
          return;
        }
      else
        {
          g_autofree char *word = g_strndup (open + 1, (gsize) (close - open - 1));
          g_autofree char *value = say_word (word, arg);

          g_string_append_len (out, text, open - text);
          g_string_append (out, value);
          text = close + 1;
        }
    }
}

/* One that has no text of its own is run by its name. */
static void
append_call (GString *out, const PtpModelRecord *record, gboolean task)
{
  const char *name = ptp_model_op_name (record->op);

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    if (g_str_equal (texts[i].op, name))
      {
        const char *text = task && texts[i].task != NULL ? texts[i].task : texts[i].stream;

        if (*text == '\0')
          return;
        g_string_append (out, "  ");
        fill_in (out, text, record->arg);
        g_string_append_c (out, '\n');
        return;
      }

  g_string_append_printf (out, "  ptp_model_op_run (w, ptp_model_op_find (\"%s\"), %u);\n", name,
                          record->arg);
}

/* Which slots have tasks in them. */
static gboolean
is_task (gboolean tasks[PTP_MODEL_SLOTS], const PtpModelRecord *record)
{
  guint slot = record->arg & 3;

  if (g_str_equal (ptp_model_op_name (record->op), "add") && slot > 0)
    tasks[slot] = ((record->arg >> 2) & 3) == 3;
  return tasks[slot];
}

static void
append_hook (GString *hooks, GString *body, const PtpModelRecord *record, guint n, gboolean task)
{
  g_string_append_printf (hooks, "static void\nin_%s_%u (PtpModelWorld *w)\n{\n",
                          wheres[record->where], n);
  append_call (hooks, record, task);
  g_string_append (hooks, "}\n\n");
  g_string_append_printf (body, "  ptp_model_world_on (w, %s, %s, in_%s_%u);\n",
                          where_names[record->where], record->joined ? "TRUE" : "FALSE",
                          wheres[record->where], n);
}

static void
append_config (GString *body, const PtpModelConfig *config)
{
  const struct
  {
    const char *name;
    gboolean value;
  } flags[] = {
    { "task", config->task },
    { "long_slice", config->long_slice },
    { "still", config->still },
    { "mute", config->mute },
    { "unable", config->unable },
    { "finish_pending", config->finish_pending },
    { "abort_pending", config->abort_pending },
    { "small", config->small },
    { "drops_early", config->drops_early },
  };

  g_string_append_printf (body,
                          "  const PtpModelConfig config = { .cooperator = %d, .rest = %u, "
                          ".sink = %d, .flags = (PtpPullToPushFlags) %d",
                          (int) config->cooperator, config->rest, (int) config->sink,
                          (int) config->flags);
  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
    if (flags[i].value)
      g_string_append_printf (body, ", .%s = TRUE", flags[i].name);
  g_string_append (body, " };\n");
}

static char *
comment_of (const char *finding)
{
  g_auto (GStrv) pieces = g_strsplit (finding, "*/", -1);

  return g_strjoinv ("* /", pieces);
}

/* The calls as they are, without the model, then the same with it, which fails for @finding. */
char *
ptp_model_print (const GByteArray *tape, const char *finding)
{
  g_autofree char *hex = ptp_model_tape_to_hex (tape);
  g_autofree char *comment = comment_of (finding);
  g_autoptr (GString) body = g_string_new (NULL);
  GString *out = g_string_new ("#include \"ptp-model-trials.h\"\n\n");
  PtpModelConfig config = ptp_model_config_decode (tape->data);
  gboolean tasks[PTP_MODEL_SLOTS] = { config.task };

  append_config (body, &config);
  g_string_append (body, "  PtpModelWorld *w = ptp_model_world_new_bare (&config);\n\n");
  for (guint i = PTP_MODEL_TAPE_HEAD; i + PTP_MODEL_TAPE_RECORD <= tape->len;
       i += PTP_MODEL_TAPE_RECORD)
    {
      PtpModelRecord record = ptp_model_record_decode (tape->data + i);
      gboolean task = is_task (tasks, &record);

      if (record.where == PTP_MODEL_NOW)
        append_call (body, &record, task);
      else
        append_hook (out, body, &record, i / PTP_MODEL_TAPE_RECORD, task);
    }

  g_string_append_printf (out, "/* %s */\nstatic void\ntest_found (void)\n{\n%s", comment,
                          body->str);
  g_string_append (out, "  g_free (ptp_model_world_free (w));\n\n");
  g_string_append_printf (out, "  ptp_model_assert_right (\"%s\");\n}\n", hex);

  return g_string_free (out, FALSE);
}

char *
ptp_model_report (const PtpModelTrial *trial, const GByteArray *tape, guint64 seed)
{
  g_autoptr (GByteArray) shortest = NULL;
  g_autofree char *before = ptp_model_tape_to_hex (tape);
  g_autofree char *after = NULL;
  g_autofree char *finding = NULL;
  g_autofree char *text = NULL;

  shortest = ptp_model_shrink (tape, ptp_model_trial_play_swapped, (gpointer) trial);
  after = ptp_model_tape_to_hex (shortest);
  finding = ptp_model_trial_play (trial, shortest);
  if (finding == NULL)
    finding = g_strdup ("seen once, and not again");
  text = ptp_model_print (shortest, finding);

  return g_strdup_printf ("finding: %s\nseed: %" G_GUINT64_FORMAT "\nfound in: %s\nshortest: %s\n"
                          "replay with: model-run --replay %s\nas a test:\n\n%s",
                          finding, seed, before, after, after, text);
}
