/* stuck.c - event loops that do not come round any more. */
#include "responder/stuck.h"

bool
stuck_look(struct stuck *stuck, size_t loop, uint64_t rounds)
{
	bool is_waiting = rounds % 2 == 0;

	if (is_waiting || stuck->rounds[loop] != rounds)
		stuck->looks[loop] = 0;
	else
		stuck->looks[loop]++;
	stuck->rounds[loop] = rounds;
	return stuck->looks[loop] >= STUCK_LOOKS_MAX;
}
