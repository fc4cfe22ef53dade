/* organization.h - who owns keys and events. */
#ifndef MODEL_ORGANIZATION_H
#define MODEL_ORGANIZATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/limits.h"

/* The numbers are stored: never change one. */
enum organization_status {
	ORGANIZATION_ACTIVE,
	ORGANIZATION_UNPAID,
	ORGANIZATION_LOCKED,
	ORGANIZATION_REMOVING	/* its keys are dead, the rest follows */
};

struct organization {
	uint32_t number;	/* the store's own; 1 and up, never reused */
	char id[EVENT_ID_LEN + 1];
	char name[ORGANIZATION_NAME_LEN_MAX + 1];
	enum organization_status status;
	int64_t created_ms;
};

/* 1 to 64 of [A-Za-z0-9._-]; ERR_MEANING says so. */
enum error organization_name_check(const char *name, struct detail *detail);

const char *organization_status_name(enum organization_status status);
/* ERR_MEANING with the allowed names: "removing" is none. */
enum error organization_status_parse(const char *text,
    enum organization_status *status_out, struct detail *detail);

#endif
