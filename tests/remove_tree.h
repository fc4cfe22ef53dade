/* remove_tree.h - remove a folder and all in it. */
#ifndef TESTS_REMOVE_TREE_H
#define TESTS_REMOVE_TREE_H

/* Links are not followed.  What cannot be removed stays. */
void remove_tree(const char *path);

#endif
