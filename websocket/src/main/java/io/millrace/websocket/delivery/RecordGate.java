package io.millrace.websocket.delivery;

import io.millrace.cluster.record.StreamRecord;
import io.millrace.websocket.GatewayMetrics;
import io.millrace.websocket.filter.RecordFilter;
import io.millrace.websocket.filter.RecordMatcher;
import io.millrace.websocket.table.Departures;

/** Decides what becomes of each record of a stream, in their order. Keeps scratch space: one caller at a time. */
final class RecordGate {

    /** What becomes of a record. */
    enum Verdict {
        /** It is sent. */
        SEND,
        /** It is not, but the record of its key that was sent before is not the newest any more: that is told. */
        LEFT,
        /** It is not. */
        DROP
    }

    private final boolean table;
    private final RecordMatcher matcher;
    private final TableMemberships memberships;
    private final Departures departures;
    private final GatewayMetrics metrics;

    /**
     * A gate that has seen nothing.
     *
     * @param memberships what is known of the keys of a table that is filtered; null for other streams, and for those who read on their
     *     own, of whom nothing is known
     */
    RecordGate(StreamKey key, TableMemberships memberships, GatewayMetrics metrics) {
        this.table = key.table();
        this.matcher = key.filter().equals(RecordFilter.ALL)
                ? null
                : new RecordMatcher(key.filter(), key.partition().partition());
        this.memberships = memberships;
        this.departures = table && matcher != null ? new Departures() : null;
        this.metrics = metrics;
    }

    /** Whether records are looked at, so that what batches expand to has to be bounded. */
    boolean filters() {
        return matcher != null;
    }

    /** The records from a position on come next. */
    void begin(long position) {
        if (memberships != null) {
            departures.trust(memberships.trust());
        }
        if (departures != null && !departures.isAt(position)) {
            departures.startAt(position, memberships == null ? null : memberships.at(position));
        }
    }

    /** Where the log ended when the newest of those joined for whom the records that come next are judged. */
    long judgesFor() {
        return memberships == null ? Long.MAX_VALUE : memberships.trust().logEndOffset();
    }

    /** The records up to a position were judged. */
    void end(long position) {
        if (departures != null) {
            departures.reached(position);
        }
        countFailures();
    }

    /** Hands over how often an expression could not be evaluated. */
    void countFailures() {
        long failures = matcher == null ? 0 : matcher.takeFailures();
        if (failures > 0) {
            metrics.filterFailed(failures);
        }
    }

    Verdict judge(StreamRecord record) {
        if (table && record.key() == null) {
            // It belongs to no row.
            return Verdict.DROP;
        }
        if (matcher == null) {
            return Verdict.SEND;
        }
        if (departures == null) {
            return matcher.matches(record) ? Verdict.SEND : Verdict.DROP;
        }
        if (!matcher.keyPasses(record.key())) {
            // No record of this key ever passes.
            return Verdict.DROP;
        }
        boolean passes = matcher.matches(record);
        boolean leaves = departures.leavesWith(record.key(), record.offset(), passes);
        return passes ? Verdict.SEND : leaves ? Verdict.LEFT : Verdict.DROP;
    }

    /** Whether a record passes, whatever came before it. */
    boolean passes(StreamRecord record) {
        return matcher == null || matcher.matches(record);
    }
}
