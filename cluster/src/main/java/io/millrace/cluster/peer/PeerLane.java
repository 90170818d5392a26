package io.millrace.cluster.peer;

/**
 * Requests of one lane to one node share a connection and are answered in order; lanes do not wait for each other. So a vote is
 * never behind a megabyte of records, nor live replication behind a replica that catches up.
 */
public record PeerLane(String name) {

    /** The metadata quorum: votes, its log. */
    public static final PeerLane QUORUM = new PeerLane("quorum");

    /** That this node lives: never behind anything else, or it would be taken for dead. */
    public static final PeerLane HEARTBEATS = new PeerLane("heartbeats");

    /** Proposals for in-sync replicas. */
    public static final PeerLane IN_SYNC = new PeerLane("in-sync");

    /** What else is asked of the active controller. */
    public static final PeerLane CONTROLLER = new PeerLane("controller");

    /** What an administrator wants to know of all nodes. */
    public static final PeerLane ADMIN = new PeerLane("admin");

    /** What one node asks another on behalf of its clients and is answered at once: offsets, and records that are there. */
    public static final PeerLane CLIENTS = new PeerLane("clients");

    /** Records that one node appends through another for its clients; answers wait for replicas. */
    public static final PeerLane APPENDS = new PeerLane("appends");

    /** New records for the streams of one node; answers wait until there are some. */
    public static final PeerLane STREAMS = new PeerLane("streams");

    /** One of the lanes for partition replicas. */
    public static PeerLane replication(int number) {
        return new PeerLane("replication-" + number);
    }
}
