/* commands.h - what each command does, by its name. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/command.h"

command_run run_init;
command_run run_org_add;
command_run run_org_list;
command_run run_org_show;
command_run run_org_set;
command_run run_org_remove;
command_run run_key_add;
command_run run_key_list;
command_run run_key_show;
command_run run_key_set;
command_run run_key_enable;
command_run run_key_disable;
command_run run_key_revoke;
command_run run_key_rotate;
command_run run_append;
command_run run_import;
command_run run_events;
command_run run_tail;
command_run run_recorder;
command_run run_prune;
command_run run_stat;
command_run run_check;
command_run run_doctor;
command_run run_backup;
command_run run_restore;
command_run run_cluster_status;
command_run run_request;

#endif
