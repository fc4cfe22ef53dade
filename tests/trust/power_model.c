/* power_model.c - files and folders as a disk would have them after a cut. */
#include "power_model.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "power_state.h"
static uint32_t find(const struct power_model *model, uint64_t inode);
static uint32_t find_or_add(struct power_model *model, uint64_t inode,
    bool is_directory, bool is_new);
static void add_change(struct power_model *model,
    const struct power_record *record, const uint8_t *bytes);
static void add_name(struct power_model *model,
    const struct power_record *record, const uint8_t *bytes);
static void begin_sync(struct power_model *model,
    const struct power_record *record);
static void end_sync(struct power_model *model, uint64_t token);
static void settle_write(struct power_model *model, uint64_t token);
static void settle(struct file *file, const struct change *change);
static void drop_settled(struct power_model *model);

struct power_model *
power_model_new(void)
{
	struct power_model *model = calloc(1, sizeof(*model));

	if (model == NULL)
		err(STATUS_FAILED, "model");
	model->file_count = 2;
	model->files[1].is_directory = true;
	return model;
}

void
power_model_free(struct power_model *model)
{
	for (uint32_t i = 0; i < model->file_count; i++)
		free(model->files[i].bytes);
	for (uint32_t i = 0; i < model->change_count; i++)
		free(model->changes[i].bytes);
	free(model);
}

void
power_model_set_root(struct power_model *model, uint64_t root)
{
	model->files[1].inode = root;
}

void
power_model_take(struct power_model *model, const struct power_record *record,
    const uint8_t *bytes)
{
	model->time++;
	switch ((enum power_kind)record->kind) {
	case POWER_WRITE:
	case POWER_SIZE:
	case POWER_SIZE_LEAST:
		add_change(model, record, bytes);
		break;
	case POWER_ENTRY:
	case POWER_NO_ENTRY:
	case POWER_RENAME:
		add_name(model, record, bytes);
		break;
	case POWER_SYNC_BEGIN:
		begin_sync(model, record);
		break;
	case POWER_SYNC_END:
		end_sync(model, record->token);
		break;
	case POWER_WRITE_SYNCED:
		settle_write(model, record->token);
		break;
	default:
		break;
	}
}

bool
power_model_is_unsettled(const struct power_model *model)
{
	if (model->change_count > 0)
		return true;
	for (uint32_t i = 0; i < model->name_count; i++)
		if (!model->names[i].is_synced)
			return true;
	return false;
}

/* The last one of that number: it may have been given again. */
static uint32_t
find(const struct power_model *model, uint64_t inode)
{
	for (uint32_t i = model->file_count - 1; i > 0; i--)
		if (model->files[i].inode == inode)
			return i;
	return 0;
}

static uint32_t
find_or_add(struct power_model *model, uint64_t inode, bool is_directory,
    bool is_new)
{
	uint32_t found = is_new ? 0 : find(model, inode);

	if (found != 0)
		return found;
	if (model->file_count == INODES_MAX)
		errx(STATUS_FAILED, "too many files");
	model->files[model->file_count] = (struct file){
		.inode = inode, .is_directory = is_directory,
	};
	return model->file_count++;
}

static void
add_change(struct power_model *model, const struct power_record *record,
    const uint8_t *bytes)
{
	uint32_t file = find(model, record->inode);
	struct change *change = &model->changes[model->change_count];

	/* Of what was made before the log, or not in the folder. */
	if (file == 0)
		return;
	if (model->change_count == CHANGES_MAX)
		errx(STATUS_FAILED, "too many changes without a sync");
	model->change_count++;
	*change = (struct change){
		.file = file,
		.is_size = record->kind != POWER_WRITE,
		.is_least = record->kind == POWER_SIZE_LEAST,
		.token = record->token,
		.offset = record->a,
		.len = record->bytes_len,
		.time = model->time,
	};
	if (change->is_size)
		return;
	change->bytes = malloc(change->len + 1);
	if (change->bytes == NULL)
		err(STATUS_FAILED, "change");
	memcpy(change->bytes, bytes, change->len);
}

static void
add_name(struct power_model *model, const struct power_record *record,
    const uint8_t *bytes)
{
	struct name_change *change = &model->names[model->name_count];
	const char *text = (const char *)bytes;
	uint32_t to = find(model, record->b);

	if (to == 0 && record->kind != POWER_RENAME)
		return;
	if (model->name_count == NAMES_MAX)
		errx(STATUS_FAILED, "too many names");
	*change = (struct name_change){ .time = model->time };
	if (record->kind == POWER_RENAME) {
		change->from = find(model, record->a);
		change->to = to;
		change->file = find(model, record->inode);
		snprintf(change->from_name, sizeof(change->from_name), "%s",
		    text);
		snprintf(change->to_name, sizeof(change->to_name), "%s",
		    text + strlen(text) + 1);
	} else if (record->kind == POWER_ENTRY) {
		change->to = to;
		change->file = find_or_add(model, record->inode,
		    record->is_directory != 0, record->a == 1);
		snprintf(change->to_name, sizeof(change->to_name), "%.*s",
		    (int)record->bytes_len, text);
	} else {
		change->from = to;
		snprintf(change->from_name, sizeof(change->from_name), "%.*s",
		    (int)record->bytes_len, text);
	}
	model->name_count++;
}

static void
begin_sync(struct power_model *model, const struct power_record *record)
{
	uint32_t file = find(model, record->inode);

	for (uint32_t i = 0; i < model->change_count && file != 0; i++)
		if (model->changes[i].file == file)
			model->changes[i].covered_by = record->token;
	for (uint32_t i = 0; i < model->name_count && file != 0; i++)
		if (model->names[i].from == file ||
		    model->names[i].to == file)
			model->names[i].covered_by = record->token;
}

static void
end_sync(struct power_model *model, uint64_t token)
{
	for (uint32_t i = 0; i < model->change_count; i++)
		if (model->changes[i].covered_by == token)
			settle(&model->files[model->changes[i].file],
			    &model->changes[i]);
	for (uint32_t i = 0; i < model->name_count; i++)
		if (model->names[i].covered_by == token)
			model->names[i].is_synced = true;
	for (uint32_t i = 0; i < model->change_count; i++)
		if (model->changes[i].covered_by == token)
			model->changes[i].file = 0;
	drop_settled(model);
}

/* With what was written before to the same place: a page is one. */
static void
settle_write(struct power_model *model, uint64_t token)
{
	const struct change *write = NULL;

	for (uint32_t i = 0; i < model->change_count && write == NULL; i++)
		if (model->changes[i].token == token)
			write = &model->changes[i];
	if (write == NULL)
		return;
	for (struct change *each = model->changes; each < write; each++)
		if (each->file == write->file && !each->is_size &&
		    each->offset < write->offset + write->len &&
		    write->offset < each->offset + each->len) {
			settle(&model->files[each->file], each);
			each->file = 0;
		}
	settle(&model->files[write->file], write);
	model->changes[write - model->changes].file = 0;
	drop_settled(model);
}

static void
settle(struct file *file, const struct change *change)
{
	uint64_t end = change->offset + change->len;

	if (change->is_size) {
		if (change->is_least && change->offset <= file->size)
			return;
		file->size = change->offset;
		if (file->bytes_len > file->size)
			file->bytes_len = (size_t)file->size;
		return;
	}
	if (end > file->bytes_len) {
		file->bytes = realloc(file->bytes, end);
		if (file->bytes == NULL)
			err(STATUS_FAILED, "file");
		memset(file->bytes + file->bytes_len, 0,
		    end - file->bytes_len);
		file->bytes_len = end;
	}
	memcpy(file->bytes + change->offset, change->bytes, change->len);
	if (end > file->size)
		file->size = end;
}

static void
drop_settled(struct power_model *model)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < model->change_count; i++) {
		if (model->changes[i].file == 0)
			free(model->changes[i].bytes);
		else
			model->changes[kept++] = model->changes[i];
	}
	model->change_count = kept;
}
