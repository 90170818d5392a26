package io.millrace.storage;

/** When a written byte counts as durable. */
public enum FlushPolicy {
    /** After an fsync that many batches share (group commit). The default: survives a power cut. */
    GROUP,
    /** After the write returned: survives the death of the process, not of the machine. */
    OS
}
