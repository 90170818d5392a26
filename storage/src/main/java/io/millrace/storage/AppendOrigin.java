package io.millrace.storage;

/** Who brings the batches of an append; decides what is checked and who assigns offsets. */
public enum AppendOrigin {
    /** A producer: everything is validated, the log assigns offsets and the leader epoch. */
    CLIENT,
    /** The node itself (transaction markers, coordinators): offsets are assigned, producer sequences are not checked. */
    COORDINATOR,
    /** A leader's copy: offsets and epochs are kept as they are and must continue the log. */
    REPLICATION
}
