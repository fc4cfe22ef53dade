/* ballot.c - what most replicas of a log say of one of its places. */
#include "stream/ballot.h"

static size_t count_like(const struct vote *votes, size_t replica_count,
    const struct vote *vote);

enum ballot_result
ballot_count(const struct vote *votes, size_t replica_count, size_t *winner)
{
	size_t missing = 0;
	size_t most = 0;

	for (size_t i = 0; i < replica_count; i++) {
		size_t alike = count_like(votes, replica_count, &votes[i]);

		if (!votes[i].is_cast) {
			missing++;
			continue;
		}
		if (alike > most)
			most = alike;
		if (alike <= replica_count / 2)
			continue;
		*winner = i;
		return votes[i].has_message ? BALLOT_MESSAGE :
		    BALLOT_NOTHING;
	}
	return most + missing <= replica_count / 2 ? BALLOT_SPLIT :
	    BALLOT_OPEN;
}

static size_t
count_like(const struct vote *votes, size_t replica_count,
    const struct vote *vote)
{
	size_t count = 0;

	for (size_t i = 0; i < replica_count; i++)
		count += votes[i].is_cast &&
		    votes[i].has_message == vote->has_message &&
		    (!vote->has_message || votes[i].digest == vote->digest);
	return count;
}
