package io.millrace.storage.flush;

/** Something whose written bytes can be forced: a log. */
public interface Flushable {

    /**
     * Forces everything written before the call and tells those who wait. Blocks. Called by one flusher at a time; deals with
     * its own failures.
     */
    void flush();

    /** Where the committer keeps what it knows of this log. */
    FlushTicket flushTicket();
}
