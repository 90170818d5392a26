package io.millrace.cluster.peer;

/**
 * Requests of one lane to one node share a connection and are answered in order; lanes do not wait for each other. So a vote is
 * never behind a megabyte of records, nor live replication behind a replica that catches up.
 */
public record PeerLane(String name) {

    /** The metadata quorum: votes, its log. */
    public static final PeerLane QUORUM = new PeerLane("quorum");

    /** What is asked of the active controller. */
    public static final PeerLane CONTROLLER = new PeerLane("controller");

    /** Records and streams that one node reads or writes through another for its clients. */
    public static final PeerLane CLIENTS = new PeerLane("clients");

    /** One of the lanes for partition replicas. */
    public static PeerLane replication(int number) {
        return new PeerLane("replication-" + number);
    }
}
