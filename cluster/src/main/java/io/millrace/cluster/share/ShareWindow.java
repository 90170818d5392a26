package io.millrace.cluster.share;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * The records of a partition that are under way to the members of one share group (KIP-932): those from {@link #startOffset}, below which
 * everything is done with, to {@link #endOffset}, above which nobody was given anything. The offsets in between are kept as few spans of
 * equal states, without gaps.
 *
 * <p>No clock, no disk, no thread: whoever uses it guards it, says what time it is, and stores what changes. What a member acknowledges
 * counts when that is stored ({@link #settle}); until then nobody else can touch it.
 */
final class ShareWindow {

    private final TreeMap<Long, Span> spans = new TreeMap<>();
    private long start;
    private long end;
    private long givenUp;

    /** @param saved states above the start; offsets between them are available */
    ShareWindow(long startOffset, List<StateBatch> saved) {
        start = startOffset;
        end = startOffset;
        saved.stream()
                .sorted((a, b) -> Long.compare(a.firstOffset(), b.firstOffset()))
                .forEach(this::restore);
        advance();
    }

    private void restore(StateBatch batch) {
        long first = Math.max(batch.firstOffset(), end);
        if (batch.lastOffset() < first) {
            return;
        }
        if (first > end) {
            put(new Span(end, first - 1, DeliveryState.AVAILABLE, 0));
        }
        DeliveryState state = batch.state() == DeliveryState.ACQUIRED ? DeliveryState.AVAILABLE : batch.state();
        put(new Span(first, batch.lastOffset(), state, batch.deliveryCount()));
    }

    private void put(Span span) {
        spans.put(span.first, span);
        end = Math.max(end, span.last + 1);
    }

    long startOffset() {
        return start;
    }

    long endOffset() {
        return end;
    }

    /** Records that somebody has, or had and somebody is to get again. */
    long inFlight() {
        return spans.values().stream()
                .filter(span -> !span.state.isFinal())
                .mapToLong(Span::count)
                .sum();
    }

    /** How many records nobody is given any more, since this window is there, because they were delivered as often as may be. */
    long givenUp() {
        return givenUp;
    }

    /** Where to read for whoever wants records; empty while as many as may be are under way. */
    OptionalLong nextFetchOffset(ShareLimits limits) {
        for (Span span : spans.values()) {
            if (span.state == DeliveryState.AVAILABLE) {
                return OptionalLong.of(span.first);
            }
        }
        return end - start < limits.maxRecordLocks() ? OptionalLong.of(end) : OptionalLong.empty();
    }

    /**
     * Gives records to a member.
     *
     * @param batches what lies in the log from an offset on
     * @param from that offset: what is missing between it and the batches is not there
     * @param maxRecords how many to give; the last batch is given whole
     * @param strictly whether it is not
     */
    List<AcquiredRecords> acquire(
            String member,
            List<LogBatch> batches,
            long from,
            int maxRecords,
            boolean strictly,
            ShareLimits limits,
            long nowMs) {
        List<AcquiredRecords> acquired = new ArrayList<>();
        long given = 0;
        long next = Math.max(from, start);
        for (LogBatch batch : batches) {
            if (batch.lastOffset() < next) {
                continue;
            }
            if (given >= maxRecords) {
                break;
            }
            // Then only what is in the window already is given out: of what is released, or was not stored of a batch.
            boolean isFull = end - start >= limits.maxRecordLocks();
            long first = Math.max(batch.baseOffset(), next);
            archive(next, (isFull ? Math.min(first, end) : first) - 1);
            if (isFull && first >= end) {
                break;
            }
            long last = isFull ? Math.min(batch.lastOffset(), end - 1) : batch.lastOffset();
            if (batch.deliverable()) {
                long room = strictly ? maxRecords - given : Long.MAX_VALUE;
                given += acquire(member, first, last, room, limits, nowMs, acquired);
            } else {
                archive(first, last);
            }
            next = last + 1;
        }
        advance();
        return acquired;
    }

    private long acquire(
            String member,
            long first,
            long last,
            long room,
            ShareLimits limits,
            long nowMs,
            List<AcquiredRecords> acquired) {
        long given = 0;
        if (last >= end) {
            long firstNew = Math.max(first, end);
            // Of the offsets below the new ones some may be given, too, and count first.
            put(new Span(firstNew, last, DeliveryState.AVAILABLE, 0));
        }
        for (Span span : between(first, last)) {
            if (span.state != DeliveryState.AVAILABLE) {
                continue;
            }
            if (span.deliveryCount >= limits.deliveryCountLimit()) {
                span.become(DeliveryState.ARCHIVED);
                givenUp += span.count();
                continue;
            }
            if (given >= room) {
                break;
            }
            if (span.count() > room - given) {
                put(span.splitAt(span.first + room - given));
            }
            given += span.count();
            span.become(DeliveryState.ACQUIRED);
            span.deliveryCount++;
            span.member = member;
            span.lockedUntilMs = nowMs + limits.lockDurationMs();
            add(acquired, new AcquiredRecords(span.first, span.last, span.deliveryCount));
        }
        return given;
    }

    private static void add(List<AcquiredRecords> acquired, AcquiredRecords more) {
        AcquiredRecords before = acquired.isEmpty() ? null : acquired.get(acquired.size() - 1);
        if (before != null
                && before.lastOffset() + 1 == more.firstOffset()
                && before.deliveryCount() == more.deliveryCount()) {
            acquired.set(
                    acquired.size() - 1,
                    new AcquiredRecords(before.firstOffset(), more.lastOffset(), more.deliveryCount()));
        } else {
            acquired.add(more);
        }
    }

    /** There is nothing at these offsets that anybody could be given. */
    private void archive(long first, long last) {
        if (last < first) {
            return;
        }
        if (last >= end) {
            put(new Span(Math.max(first, end), last, DeliveryState.AVAILABLE, 0));
        }
        for (Span span : between(first, last)) {
            if (span.state == DeliveryState.AVAILABLE) {
                span.become(DeliveryState.ARCHIVED);
            }
        }
    }

    /** What is below the start of the log is not there any more; whoever has it keeps it until its lock ends. */
    void logStartsAt(long logStartOffset) {
        if (logStartOffset > start) {
            archive(start, logStartOffset - 1);
            advance();
        }
    }

    /**
     * What a member says of records that it has, all of it or nothing.
     *
     * @throws MillraceException INVALID_RECORD_STATE when it has not got one of them (any more)
     */
    Change acknowledge(String member, List<AckBatch> acks, ShareLimits limits, long nowMs) {
        for (AckBatch ack : acks) {
            requireHeld(member, ack);
        }
        Change change = new Change();
        for (AckBatch ack : acks) {
            if (ack.types().size() == 1) {
                acknowledge(ack.firstOffset(), ack.lastOffset(), ack.types().get(0), limits, nowMs, change);
            } else {
                for (int i = 0; i < ack.types().size(); i++) {
                    long offset = ack.firstOffset() + i;
                    acknowledge(offset, offset, ack.types().get(i), limits, nowMs, change);
                }
            }
        }
        return change;
    }

    private void requireHeld(String member, AckBatch ack) {
        if (ack.lastOffset() >= end) {
            throw notHeld(ack.lastOffset());
        }
        for (Map.Entry<Long, Span> each = spans.floorEntry(Math.max(ack.firstOffset(), start));
                each != null && each.getKey() <= ack.lastOffset();
                each = spans.higherEntry(each.getKey())) {
            if (!each.getValue().isHeldBy(member)) {
                throw notHeld(Math.max(each.getKey(), ack.firstOffset()));
            }
        }
    }

    private static MillraceException notHeld(long offset) {
        return new MillraceException(
                ErrorCode.INVALID_RECORD_STATE,
                "The record at offset " + offset
                        + " is not this member's, or not any more: it may be given to another");
    }

    private void acknowledge(long first, long last, AckType type, ShareLimits limits, long nowMs, Change change) {
        if (last < start) {
            return;
        }
        for (Span span : between(Math.max(first, start), last)) {
            if (type == AckType.RENEW) {
                span.lockedUntilMs = nowMs + limits.lockDurationMs();
                continue;
            }
            span.change = change;
            span.target = target(type, span, limits);
            change.add(span, span.target);
            if (type == AckType.RELEASE && span.target == DeliveryState.ARCHIVED) {
                change.addGivenUp(span.count());
            }
        }
    }

    private static DeliveryState target(AckType type, Span span, ShareLimits limits) {
        return switch (type) {
            case ACCEPT -> DeliveryState.ACKNOWLEDGED;
            case RELEASE -> released(span, limits);
            case GAP, REJECT -> DeliveryState.ARCHIVED;
            case RENEW -> DeliveryState.ACQUIRED;
        };
    }

    private static DeliveryState released(Span span, ShareLimits limits) {
        return span.deliveryCount >= limits.deliveryCountLimit() ? DeliveryState.ARCHIVED : DeliveryState.AVAILABLE;
    }

    /** Takes back what members have had for too long. Counts at once: the change is only to be stored. */
    Change expire(ShareLimits limits, long nowMs) {
        Change change = new Change();
        for (Span span : spans.values()) {
            if (span.state == DeliveryState.ACQUIRED && span.change == null && span.lockedUntilMs <= nowMs) {
                takeBack(span, limits, change);
            }
        }
        advance();
        return change;
    }

    /** Takes back all that a member has, because it is gone. Counts at once. */
    Change release(String member, ShareLimits limits) {
        Change change = new Change();
        for (Span span : spans.values()) {
            if (span.isHeldBy(member)) {
                takeBack(span, limits, change);
            }
        }
        advance();
        return change;
    }

    private void takeBack(Span span, ShareLimits limits, Change change) {
        span.become(released(span, limits));
        change.add(span, span.state);
        if (span.state == DeliveryState.ARCHIVED) {
            givenUp += span.count();
        }
    }

    /** When the next lock ends of what nothing is said about; empty while nobody has anything. */
    OptionalLong nextLockEndMs() {
        return spans.values().stream()
                .filter(span -> span.state == DeliveryState.ACQUIRED && span.change == null)
                .mapToLong(span -> span.lockedUntilMs)
                .min();
    }

    /** What is to be stored of changes, in their order. */
    StateUpdate update(Collection<Change> changes) {
        long startAfter = start;
        long complete = 0;
        boolean isPrefix = true;
        for (Span span : spans.values()) {
            boolean isDone = span.stateAfter(changes).isFinal();
            isPrefix &= isDone;
            if (isPrefix) {
                startAfter = span.last + 1;
            } else if (isDone) {
                complete += span.count();
            }
        }
        NewestStates newest = new NewestStates(startAfter);
        changes.forEach(change -> change.batches().forEach(newest::add));
        return new StateUpdate(startAfter, (int) Math.min(Integer.MAX_VALUE, complete), newest.all());
    }

    /** Changes were stored, and count now; or were not, and whoever has the records keeps them. */
    void settle(Collection<Change> changes, boolean stored) {
        Set<Change> all = new HashSet<>(changes);
        if (stored) {
            givenUp += all.stream().mapToLong(Change::givenUp).sum();
        }
        for (Span span : spans.values()) {
            if (span.change != null && all.contains(span.change)) {
                span.become(stored ? span.target : span.state);
            }
        }
        advance();
    }

    /** Forgets what is done with at the start, and makes one of spans that are alike. */
    private void advance() {
        while (!spans.isEmpty() && spans.firstEntry().getValue().state.isFinal()) {
            start = spans.pollFirstEntry().getValue().last + 1;
        }
        Span before = null;
        for (Span span : List.copyOf(spans.values())) {
            if (before != null && before.isLike(span)) {
                spans.remove(span.first);
                before.last = span.last;
            } else {
                before = span;
            }
        }
    }

    /** The spans of these offsets, all of which are in the window, cut so that they begin and end there. */
    private List<Span> between(long first, long last) {
        cut(first);
        cut(last + 1);
        return List.copyOf(spans.subMap(first, true, last, true).values());
    }

    private void cut(long offset) {
        Map.Entry<Long, Span> entry = spans.floorEntry(offset);
        if (entry != null && entry.getKey() < offset && entry.getValue().last >= offset) {
            put(entry.getValue().splitAt(offset));
        }
    }

    /** What is in it, for tests: gaps and overlaps would be seen. */
    List<Span> spans() {
        return List.copyOf(spans.values());
    }
}
