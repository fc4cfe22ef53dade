/* names.h - organizations' names, each of one in a cluster.
 *
 * A name is an entry of its own in the bucket, that holds an organization's
 * id.  Who was cut off between name and organization leaves a name of nobody,
 * which the next one takes.
 */
#ifndef CLUSTER_NAMES_H
#define CLUSTER_NAMES_H

#include "base/error.h"

struct cluster;

/* The organization of that id has it from now on, if it had not.  ERR_EXISTS:
 * another one has.  ERR_AWAY. */
enum error names_take(struct cluster *cluster, const char *name,
    const char *id);

/* It has it no more. */
void names_free(struct cluster *cluster, const char *name, const char *id);

#endif
