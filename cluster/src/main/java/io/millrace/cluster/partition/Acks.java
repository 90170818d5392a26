package io.millrace.cluster.partition;

/** When an append is answered. */
public enum Acks {
    /** Never: the answer only says that the request was taken. */
    NONE,
    /** When the leader has it, durable under the topic's flush policy. */
    LEADER,
    /** When all in-sync replicas have it (it is below the high watermark). */
    ALL
}
