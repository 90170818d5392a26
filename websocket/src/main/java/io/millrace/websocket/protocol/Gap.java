package io.millrace.websocket.protocol;

/**
 * Records that a client asked for and will not get. Holes in the offsets are normal (compaction, transaction markers,
 * filters); only a gap means loss.
 *
 * @param from the position that the client was at
 * @param to the position where it goes on
 * @param reason why
 */
public record Gap(long from, long to, Reason reason) {

    /** Why records were lost; the name on the wire is in lower case. */
    public enum Reason {
        /** Retention, or a delete request, took them. */
        RETENTION("retention"),
        /** The topic was deleted and made again: these are other records. */
        TOPIC_RECREATED("topic_recreated"),
        /** A failover cut the log below the position. */
        TRUNCATED("truncated"),
        /** The position lies beyond the end of the log. */
        OUT_OF_RANGE("out_of_range"),
        /** The producer made a batch that cannot be taken apart; Kafka clients cannot read it either. */
        UNREADABLE("unreadable"),
        /** The client did not keep up and asked to jump ({@code slow=skip}). */
        SKIP("skip"),
        /** Deletes may have been compacted away since: the whole table follows, and what the client has of it is void. */
        SNAPSHOT_REQUIRED("snapshot_required");

        private final String wireName;

        Reason(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }
    }

    /** The JSON object of the {@code gap} member. */
    public String toJson() {
        return "{\"from\":" + from + ",\"to\":" + to + ",\"reason\":\"" + reason.wireName() + "\"}";
    }
}
