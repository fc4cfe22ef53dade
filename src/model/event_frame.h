/* event_frame.h - what every stored event's JSON begins with.
 *
 * {"id":"…21…","type":"…","stored_at":…13 digits…: EVENT_ID_OFFSET and the
 * size of a stamp are taken from it.
 */
#ifndef MODEL_EVENT_FRAME_H
#define MODEL_EVENT_FRAME_H

#define BEFORE_ID "{\"id\":\""
#define BEFORE_TYPE "\",\"type\":\""
#define BEFORE_STORED_AT "\",\"stored_at\":"

/* What stands in their places until the event is stamped. */
#define NO_ID "000000000000000000000"
#define NO_STORED_AT "1000000000000"

#endif
